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
]);

/** Node's codes by what the parser, which is the same one, has to say; undici leaves them out. */
const PARSER_CODES: readonly (readonly [reason: RegExp, code: string])[] = [
  [/EOF/, 'HPE_INVALID_EOF_STATE'],
  [/status|Response overflow/, 'HPE_INVALID_STATUS'],
  [/HTTP version/, 'HPE_INVALID_VERSION'],
  [/can't be present with Content-Length/, 'HPE_INVALID_TRANSFER_ENCODING'],
  [/Content-Length (?:already|can't)/, 'HPE_UNEXPECTED_CONTENT_LENGTH'],
  [/Content-Length/, 'HPE_INVALID_CONTENT_LENGTH'],
  [/chunk/i, 'HPE_INVALID_CHUNK_SIZE'],
  [/expected LF/i, 'HPE_LF_EXPECTED'],
  [/expected CR/i, 'HPE_CR_EXPECTED'],
  [/Connection: close/, 'HPE_CLOSED_CONNECTION'],
  [/header/i, 'HPE_INVALID_HEADER_TOKEN'],
];

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
  const code = parserCode(error) ?? errorCode(error);
  if (ENDED.has(code) || code === 'HPE_INVALID_EOF_STATE') {
    const message = hasHeaders ? 'aborted' : 'socket hang up';
    return { error: coded('ECONNRESET', message, error), isTruncation: hasHeaders };
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return parseError('HPE_HEADER_OVERFLOW', 'Header overflow', error);
  if (code.startsWith('HPE_')) return parseError(code, reasonOf(error), error);
  return { error, isTruncation: false };
}

function parserCode(error: Error): string | undefined {
  if (error.name !== 'HTTPParserError') return undefined;
  const reason = reasonOf(error);
  return PARSER_CODES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'HPE_INVALID_CONSTANT';
}

function reasonOf(error: Error): string {
  return REASON.exec(error.message)?.[1] ?? '';
}

function parseError(code: string, reason: string, cause: Error): WireError {
  return { error: coded(code, `Parse Error: ${reason}`, cause), isTruncation: false };
}

function coded(code: string, message: string, cause: Error): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
