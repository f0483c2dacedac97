import { randomBytes } from 'node:crypto';
import type { Principal } from './principal.js';

/** An access token that was handed out. */
export interface IssuedToken {
  /** 1 for the first token of the sandbox, then counting up. */
  readonly serial: number;
  readonly value: string;
  readonly clientToken: string;
  readonly principal: Principal;
  readonly scope: readonly string[];
  /** When the API begins to refuse it, in epoch milliseconds of the sandbox's clock. */
  readonly expiresAt: number;
  revoked: boolean;
}

/** A refresh token that nobody has used yet. */
export interface IssuedRefreshToken {
  readonly clientToken: string;
  readonly principal: Principal;
  readonly scope: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const CAPACITY = 20_000;
const REFRESH_TOKEN_LIFETIME_MS = 14 * 86_400_000;

/** All tokens handed out, so that each can be recognised byte for byte. The oldest make room beyond 20,000. */
export class TokenLedger {
  readonly #now: () => number;
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #refreshTokens = new Map<string, IssuedRefreshToken>();
  #lastSerial = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Enters an access token. */
  enter(token: Omit<IssuedToken, 'serial' | 'revoked'>): IssuedToken {
    this.#lastSerial += 1;
    const issued: IssuedToken = { ...token, serial: this.#lastSerial, revoked: false };
    this.#tokens.set(issued.value, issued);
    dropOldest(this.#tokens);
    return issued;
  }

  /** The access token with this value, expired and revoked ones included. */
  find(value: string): IssuedToken | undefined {
    return this.#tokens.get(value);
  }

  /** The newest token of a chain's client for a principal that still has a second to live. */
  current(clientToken: string, principal: Principal): IssuedToken | undefined {
    const usable = [...this.#tokens.values()].filter(
      (token) =>
        token.clientToken === clientToken &&
        token.principal.kind === principal.kind &&
        token.principal.id === principal.id &&
        !token.revoked &&
        token.expiresAt - this.#now() >= 1000,
    );
    return usable.at(-1);
  }

  /** Makes a refresh token. */
  enterRefreshToken(token: Omit<IssuedRefreshToken, 'expiresAt'>): string {
    const value = randomBytes(32).toString('hex');
    this.#refreshTokens.set(value, { ...token, expiresAt: this.#now() + REFRESH_TOKEN_LIFETIME_MS });
    dropOldest(this.#refreshTokens);
    return value;
  }

  /** The refresh token with this value, unless used, expired or revoked. */
  findRefreshToken(value: string): IssuedRefreshToken | undefined {
    const token = this.#refreshTokens.get(value);
    return token && this.#now() < token.expiresAt ? token : undefined;
  }

  /** Uses a refresh token up. Returns whether it was still there. */
  useRefreshToken(value: string): boolean {
    return this.#refreshTokens.delete(value);
  }

  /** Revokes access and refresh tokens: of one chain, or all. */
  revoke(clientToken?: string): void {
    const meant = (token: { clientToken: string }): boolean =>
      clientToken === undefined || token.clientToken === clientToken;
    for (const token of this.#tokens.values()) if (meant(token)) token.revoked = true;
    for (const [value, token] of this.#refreshTokens) if (meant(token)) this.#refreshTokens.delete(value);
  }
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= CAPACITY) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
