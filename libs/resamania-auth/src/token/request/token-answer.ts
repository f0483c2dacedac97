import { jsonObject, nonEmptyString } from '../../gateway/json.js';
import { isHeaderSafe } from '../../options/checks/rules.js';
import { classifyAnswer } from './classify-failure.js';
import type { ResamaniaPrincipal } from './principal.js';
import { tokenFailure, TokenRequestFailed } from './token-failure.js';
import { readLifetime } from './token-lifetime.js';
import type { HttpAnswer } from './http-token-transport.js';

/** Names a token in the shared store. */
export interface StoredName {
  readonly key: string;
  readonly id: string;
}

/** What a cache knows of its token in the shared store. Where there is no store, there is none of this. */
export class StoredPlace {
  /** Where the token is. */
  stored: StoredName | undefined;
  /** One that was dropped, until the next. */
  rejected: StoredName | undefined;
  /** The drop of a rejected token from the store, while it is under way. */
  dropping: Promise<boolean> | undefined;

  adopted(stored: StoredName | undefined): void {
    this.stored = stored;
    this.rejected = undefined;
  }

  dropped(): void {
    this.rejected = this.stored ?? this.rejected;
    this.stored = undefined;
  }
}

/** A token as the endpoint issued it. Instants are milliseconds since the epoch. */
export interface IssuedToken {
  readonly value: string;
  readonly scope: string | undefined;
  readonly lifetimeMs: number;
  /** Just before the request left: the lifetime counts from here. */
  readonly requestedAt: number;
  readonly refreshToken: string | undefined;
  /** What was odd about the answer without making it useless. */
  readonly oddity: string | undefined;
  /** Where it is in the shared store. */
  readonly stored?: StoredName;
  /** `store` where another replica obtained it. */
  readonly origin?: 'store';
}

/** A token that the flight's own cache has, for comparison with a shared one. Instants are milliseconds since the epoch. */
export interface TokenAtHand {
  /** Callers get it until then; an instant that has passed where there is none. */
  readonly usableUntil: number;
  readonly expiresAt: number;
  readonly lifetimeMs: number;
  readonly stored: StoredName | undefined;
  /** One that the API rejected. */
  readonly rejected: StoredName | undefined;
}

/**
 * Reads an answer of the token endpoint.
 * @throws TokenRequestFailed with the classified failure when it holds no usable token.
 */
export function readTokenAnswer(
  answer: HttpAnswer,
  requestedAt: number,
  now: number,
  principal?: ResamaniaPrincipal,
): IssuedToken {
  if (answer.status < 200 || answer.status > 299) {
    throw new TokenRequestFailed(classifyAnswer(answer, now, principal));
  }
  const reject = (flaw: string) =>
    new TokenRequestFailed(tokenFailure('broken', { status: answer.status, detail: flaw }));
  const json = jsonObject(answer.body);
  if (json === undefined) throw reject(shapeOf(answer.body));
  if (json['error'] !== undefined) throw reject('holds an error in spite of its status');
  const flaw = tokenFlaw(json);
  if (flaw !== undefined) throw reject(flaw);
  const value = json['access_token'] as string;
  const lifetime = readLifetime({ expiresIn: json['expires_in'], accessToken: value });
  if (lifetime === undefined) throw reject('holds a token that has expired already');
  if (now >= requestedAt + lifetime.lifetimeMs) throw reject('came after its token had expired');
  return {
    value,
    scope: nonEmptyString(json['scope']),
    lifetimeMs: lifetime.lifetimeMs,
    requestedAt,
    refreshToken: nonEmptyString(json['refresh_token']),
    oddity: lifetime.oddity,
  };
}

function tokenFlaw({ access_token: token, token_type: type }: Record<string, unknown>): string | undefined {
  if (typeof token !== 'string' || token === '') return 'holds no access_token';
  if (!isHeaderSafe(token)) return 'holds an access_token with characters that no header can carry';
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
  if (type !== undefined && type !== null && !isBearer) {
    return 'holds a token_type other than bearer';
  }
  return undefined;
}

function shapeOf(body: string): string {
  if (body.trim() === '') return 'is empty';
  if (body.trimStart().startsWith('<')) return 'is a page of HTML or XML';
  return body.trimStart().startsWith('{') ? 'is JSON that breaks off' : 'is no JSON object';
}
