import type OAuth2Server from '@node-oauth/oauth2-server';
import type { Chain } from '../chains/chain.js';
import type { JwtChanges } from '../exchange/token-answer-changes.js';
import type { Principal } from './principal.js';
import type { IssuedToken, TokenLedger } from './token-ledger.js';
import type { TokenSigner } from './token-signer.js';

/** What every grant needs, and what does not change from one to the next. */
export interface GrantResources {
  readonly ledger: TokenLedger;
  readonly signer: TokenSigner;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** `expires_in`, in seconds. */
  readonly tokenLifetimeSeconds: number;
  /** `exp - iat`, in seconds. */
  readonly jwtLifetimeSeconds: number;
}

/** What `@node-oauth/oauth2-server` asks of its host, for one request of one chain. Afterwards it holds the result. */
export class GrantModel implements OAuth2Server.ClientCredentialsModel, OAuth2Server.RefreshTokenModel {
  readonly chain: Chain;
  /** The token granted, once there is one. */
  issued: IssuedToken | undefined;
  /** What to say as its `expires_in`: the full lifetime, or what is left of a token handed out before. */
  expiresInSeconds = 0;
  /** The refresh token that goes with it, if the grant gives one. */
  refreshToken: string | undefined;
  readonly #resources: GrantResources;
  readonly #jwt: JwtChanges;

  constructor(chain: Chain, resources: GrantResources, jwt: JwtChanges) {
    this.chain = chain;
    this.#resources = resources;
    this.#jwt = jwt;
  }

  async getClient(clientId: string, clientSecret: string): Promise<OAuth2Server.Client | null> {
    const { chain } = this;
    const known = clientId === chain.clientId && chain.accepts(clientSecret);
    return known ? { id: clientId, grants: [...chain.grants] } : null;
  }

  async getUserFromClient(): Promise<Principal> {
    return { kind: 'client' };
  }

  async validateScope(_user: unknown, _client: unknown, scope: string[] = []): Promise<string[] | false> {
    return scope.every((one) => this.chain.scopes.includes(one)) && scope;
  }

  async generateAccessToken(
    client: OAuth2Server.Client,
    user: OAuth2Server.User,
    scope: string[] = [],
  ): Promise<string> {
    const principal = user as Principal;
    const { ledger, now } = this.#resources;
    const { clientToken, sameToken } = this.chain;
    const current = sameToken ? ledger.current(clientToken, principal) : undefined;
    this.issued = current ?? (await this.#issue(client.id, principal, scope));
    this.expiresInSeconds = current
      ? Math.floor((current.expiresAt - now()) / 1000)
      : this.#resources.tokenLifetimeSeconds;
    return this.issued.value;
  }

  async generateRefreshToken(
    _client: OAuth2Server.Client,
    user: OAuth2Server.User,
    scope: string[] = [],
  ): Promise<string> {
    const principal = user as Principal;
    const { clientToken } = this.chain;
    this.refreshToken = this.#resources.ledger.enterRefreshToken({ clientToken, principal, scope });
    return this.refreshToken;
  }

  async saveToken(
    token: OAuth2Server.Token,
    client: OAuth2Server.Client,
    user: OAuth2Server.User,
  ): Promise<OAuth2Server.Token> {
    return { ...token, client, user };
  }

  async getRefreshToken(value: string): Promise<OAuth2Server.RefreshToken | null> {
    const found = this.#resources.ledger.findRefreshToken(value);
    if (!found || found.clientToken !== this.chain.clientToken) return null;
    const client = { id: this.chain.clientId, grants: [...this.chain.grants] };
    return { refreshToken: value, scope: [...found.scope], client, user: found.principal };
  }

  async revokeToken(token: OAuth2Server.RefreshToken): Promise<boolean> {
    return this.#resources.ledger.useRefreshToken(token.refreshToken);
  }

  /** Part of the library's interface; the API has its own way to check bearers. */
  async getAccessToken(): Promise<null> {
    return null;
  }

  async #issue(clientId: string, principal: Principal, scope: string[]): Promise<IssuedToken> {
    const { ledger, signer, now } = this.#resources;
    const { clientToken } = this.chain;
    const issuedAt = now();
    const lifetimeSeconds = this.#jwt.jwtLifetimeSeconds ?? this.#resources.jwtLifetimeSeconds;
    const value = await signer.sign({
      clientToken,
      clientId,
      principal,
      scope,
      issuedAt: Math.floor(issuedAt / 1000) + (this.#jwt.iatShiftSeconds ?? 0),
      lifetimeSeconds,
    });
    const livesSeconds = Math.min(lifetimeSeconds, this.#resources.tokenLifetimeSeconds);
    const expiresAt = issuedAt + livesSeconds * 1000;
    return ledger.enter({ value, clientToken, principal, scope, expiresAt });
  }
}
