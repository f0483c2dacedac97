import type { SandboxRequest } from '../exchange/exchange.js';

/** The fields of a token request, by name. */
export type TokenFields = Readonly<Record<string, string>>;

/** The only content type in which a token request can carry its fields. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Reads the fields of a token request: the form body, or the query of a GET. A body of any other type is invisible.
 * Of a repeated field the last one counts; empty ones are as good as absent.
 */
export function readTokenFields(request: SandboxRequest): TokenFields {
  const query = (request.url ?? '').split('?')[1] ?? '';
  const isForm = (request.headers['content-type'] ?? '').toLowerCase().startsWith(FORM_TYPE);
  const form = isForm && typeof request.body === 'string' ? request.body : '';
  const fields = new URLSearchParams(request.method === 'GET' ? query : form);
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''));
}
