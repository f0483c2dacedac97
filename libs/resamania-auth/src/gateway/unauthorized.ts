import type { AxiosResponse } from 'axios';

import { jsonObject } from './json.js';
import { headerBag } from './limits.js';

/**
 * Who refused an API call with a 401.
 *
 * - `gateway`: the API key is missing, wrong or revoked; a new token does not help.
 * - `token`: the API did not accept the token.
 * - `unknown`: the answer does not say.
 */
export type UnauthorizedBy = 'gateway' | 'token' | 'unknown';

/**
 * Judges a 401 by its shape, never by its words, which may be French; the one exception is the gateway's plain text.
 * @param body - The body as text or as parsed JSON; `undefined` where it could not be read.
 */
export function classifyUnauthorized(headers: AxiosResponse['headers'], body: unknown): UnauthorizedBy {
  const bag = headerBag(headers);
  const json = jsonObject(body);
  if (json !== undefined && 'http_status_code' in json) return 'gateway';
  if (/(?:^|,)\s*Bearer\b/i.test(bag['www-authenticate'] ?? '')) return 'token';
  if (body === 'Unauthorized' && /^text\/plain\b/i.test(bag['content-type'] ?? '')) return 'gateway';
  if (json !== undefined && (json['code'] === 401 || 'error' in json)) return 'token';
  return 'unknown';
}
