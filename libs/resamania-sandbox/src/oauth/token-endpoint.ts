import OAuth2Server from '@node-oauth/oauth2-server';
import type { Chain } from '../chains/chain.js';
import { jsonAnswer, type Answer } from '../exchange/answer.js';
import type { TokenAnswerChanges } from '../exchange/token-answer-changes.js';
import { GrantModel, type GrantResources } from './grant-model.js';
import { principalGrants } from './principal-grants.js';
import type { IssuedToken } from './token-ledger.js';
import type { TokenFields } from './token-fields.js';

/** One request for a token. */
export interface TokenRequest {
  /** The chain whose token is asked for; `undefined` when nothing in the request tells. */
  readonly chain: Chain | undefined;
  readonly fields: TokenFields;
  /** The `Authorization` header; only HTTP Basic means something here. */
  readonly authorization: string;
  readonly changes: TokenAnswerChanges | undefined;
}

/** What came of it: a token or an OAuth error code, and the answer that says so. */
export interface TokenResult {
  readonly answer: Answer;
  readonly issued?: IssuedToken;
  readonly error?: string;
}

const { InvalidClientError, InvalidRequestError, OAuthError, ServerError } = OAuth2Server;
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };
const PRINTABLE = /^[\x20-\x7e]*$/;
const NO_CHANGES: TokenAnswerChanges = { members: {}, jwt: {} };

/**
 * The token endpoint. `@node-oauth/oauth2-server` decides who gets what; the words are Resamania's: every OAuth error
 * is a 400, `token_type` is lower case, `scope` is always there.
 */
export class TokenEndpoint {
  readonly #resources: GrantResources;

  constructor(resources: GrantResources) {
    this.#resources = resources;
  }

  /**
   * Grants a token or refuses it.
   * @throws ServerError if the sandbox itself fails
   */
  async answer(request: TokenRequest): Promise<TokenResult> {
    try {
      return granted(await this.#grant(request), request.changes ?? NO_CHANGES);
    } catch (error) {
      if (!(error instanceof OAuthError) || error instanceof ServerError) throw error;
      return { error: error.name, answer: refusal(error) };
    }
  }

  async #grant(request: TokenRequest): Promise<GrantModel> {
    const { chain, fields, authorization } = request;
    if (!fields['grant_type']) throw new InvalidRequestError('The field grant_type is missing');
    const printable = PRINTABLE.test(`${fields['client_id'] ?? ''}${fields['client_secret'] ?? ''}`);
    if (!chain || !printable) throw new InvalidClientError('The client credentials are wrong');
    const model = new GrantModel(chain, this.#resources, request.changes?.jwt ?? {});
    const server = new OAuth2Server({ model, extendedGrantTypes: principalGrants });
    await server.token(
      new OAuth2Server.Request({
        method: 'POST',
        query: {},
        body: { ...fields },
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': '1',
          ...(authorization.startsWith('Basic ') ? { authorization } : {}),
        },
      }),
      new OAuth2Server.Response(),
    );
    return model;
  }
}

function granted(model: GrantModel, { members }: TokenAnswerChanges): TokenResult {
  const { issued, refreshToken, expiresInSeconds } = model;
  if (!issued) throw new ServerError('A grant ended without a token');
  const normal = {
    access_token: issued.value,
    expires_in: expiresInSeconds,
    token_type: 'bearer',
    scope: issued.scope.length > 0 ? issued.scope.join(' ') : null,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
  return { issued, answer: jsonAnswer(200, { ...normal, ...members }, NO_STORE) };
}

function refusal(error: OAuth2Server.OAuthError): Answer {
  const description = error.name === 'unsupported_grant_type' ? null : error.message;
  return jsonAnswer(400, { error: error.name, error_description: description }, NO_STORE);
}
