/** What a failure of undici's is in the words of Node's client, which callers of axios know. */
export interface WireError {
  readonly error: Error;
  /** Whether the connection ended while the body was on its way. */
  readonly isTruncation: boolean;
}

const REASON = /\((.*)\)$/s;

/** Codes for a connection that ended too early. */
const ENDED: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_INFO',
  'UND_ERR_ABORTED',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
]);

/** Codes for what undici did not even try to send. */
const REFUSED: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

export function errorCode(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** Whether undici refused to send this. Only for a request that got no connection yet. */
export function isRefusal(error: Error): boolean {
  return REFUSED.has(errorCode(error));
}

/** @param hasHeaders - Whether the answer had begun. */
export function wireError(error: Error, hasHeaders: boolean): WireError {
  const code = errorCode(error);
  if (ENDED.has(code)) {
    const message = hasHeaders ? 'aborted' : 'socket hang up';
    return { error: coded('ECONNRESET', message, error), isTruncation: hasHeaders };
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return parseError('HPE_HEADER_OVERFLOW', 'Header overflow', error);
  if (code.startsWith('HPE_')) return parseError(code, REASON.exec(error.message)?.[1] ?? '', error);
  return { error, isTruncation: false };
}

function parseError(code: string, reason: string, cause: Error): WireError {
  return { error: coded(code, `Parse Error: ${reason}`, cause), isTruncation: false };
}

function coded(code: string, message: string, cause: Error): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
