import { jsonAnswer, textAnswer, type Answer } from '../exchange/answer.js';
import { hydraError } from '../resources/hydra.js';
import type { AnswerFault, GatewayFault } from './fault.js';

type Headers = Readonly<Record<string, string>>;

/** Who refuses an API call with 401, and in which words. `unknown` is a shape that neither of them uses. */
export type ApiUnauthorizedShape = 'lexik' | 'oauth2' | 'gateway-json' | 'gateway-text' | 'unknown';

/** Details of a 401 on an API call. */
export interface ApiUnauthorizedOptions {
  /** Message or description. Default: the usual one of that shape. */
  readonly message?: string;
  /** The OAuth error code, for `oauth2`. Default `invalid_grant`. */
  readonly error?: string;
  /** Value of `WWW-Authenticate`; `null` leaves it out. Default: sent by `lexik` and `oauth2` only. */
  readonly wwwAuthenticate?: string | null;
}

const named = (name: string, answer: Answer): AnswerFault => ({ kind: 'answer', name, ...answer });

/** An empty body with any status. `headers` may carry a `retry-after` or a `date`. */
export function status(code: number, options: { headers?: Headers; body?: string } = {}): AnswerFault {
  return named('status', textAnswer(code, options.body ?? '', { ...options.headers }));
}

/** The token endpoint's error shape. `status` is 400 unless told otherwise. */
export function oauthError(
  error: string,
  description: string | null = null,
  options: { status?: number; headers?: Headers } = {},
): AnswerFault {
  const value = { error, error_description: description };
  return named('oauth-error', jsonAnswer(options.status ?? 400, value, { ...options.headers }));
}

/** The gateway's 401: key missing, wrong or revoked. Without `format` it follows the request's `Accept`. */
export function gatewayUnauthorized(format: GatewayFault['format'] = 'accept'): GatewayFault {
  return { kind: 'gateway', status: 401, message: 'Unauthorized', format };
}

/** The gateway's 403: the key is known but not subscribed. Without `format` it follows the request's `Accept`. */
export function gatewayForbidden(format: GatewayFault['format'] = 'accept'): GatewayFault {
  return { kind: 'gateway', status: 403, message: 'Forbidden', format };
}

/** The gateway's answer to an environment prefix that it does not know. */
export function wrongPrefix(): AnswerFault {
  return named('wrong-prefix', textAnswer(404, 'No context-path matches the request URI.'));
}

/** A redirect. `status` is 302 unless told otherwise. */
export function redirect(location: string, code = 302): AnswerFault {
  return named('redirect', textAnswer(code, '', { location }));
}

/** A web page where data was expected, such as a maintenance notice. `status` is 200 unless told otherwise. */
export function html(code = 200): AnswerFault {
  const page = '<!doctype html><html><body><h1>Back in a moment</h1></body></html>';
  return named('html', textAnswer(code, page, { 'content-type': 'text/html; charset=utf-8' }));
}

/** A success with JSON's content type and no body. `status` is 200 unless told otherwise. */
export function empty(code = 200): AnswerFault {
  return named('empty', { status: code, headers: { 'content-type': 'application/json' }, body: '' });
}

/** A 200 that holds an `error` member. */
export function okWithError(error: string, description: string | null = null): AnswerFault {
  return named('ok-with-error', jsonAnswer(200, { error, error_description: description }));
}

/** Any body: a string as it is, anything else as JSON. */
export function body(
  value: unknown,
  options: { status?: number; contentType?: string; headers?: Headers } = {},
): AnswerFault {
  const answer = jsonAnswer(options.status ?? 200, value, {
    ...(options.contentType === undefined ? {} : { 'content-type': options.contentType }),
    ...options.headers,
  });
  return named('body', typeof value === 'string' ? { ...answer, body: value } : answer);
}

/** A 401 on an API call, in the shape of whoever refuses. */
export function apiUnauthorized(
  shape: ApiUnauthorizedShape,
  options: ApiUnauthorizedOptions = {},
): AnswerFault | GatewayFault {
  if (shape === 'gateway-json') return gatewayUnauthorized('json');
  if (shape === 'gateway-text') return gatewayUnauthorized('text');
  const error = options.error ?? 'invalid_grant';
  const usual = {
    lexik: {
      body: { code: 401, message: options.message ?? 'Expired JWT Token' },
      challenge: 'Bearer',
    },
    oauth2: {
      body: { error, error_description: options.message ?? "Jeton d'accès refusé." },
      challenge: `Bearer realm="Service", error="${error}"`,
    },
    unknown: { body: { detail: options.message ?? 'Refused' }, challenge: null },
  }[shape];
  const challenge = options.wwwAuthenticate === undefined ? usual.challenge : options.wwwAuthenticate;
  const headers: Record<string, string> = challenge === null ? {} : { 'www-authenticate': challenge };
  return named('api-unauthorized', jsonAnswer(401, usual.body, headers));
}

/** The API's 403: this client may not use this endpoint, or, in the vendor's sandbox, there is none at this URL. */
export function forbiddenEndpoint(): AnswerFault {
  return named('forbidden-endpoint', hydraError(403, 'api.error.scope.unauthorized-endpoint'));
}
