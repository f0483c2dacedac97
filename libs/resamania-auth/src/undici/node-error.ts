/** Codes for a connection that ended too early. */
const ENDED = /^(?:UND_ERR_(?:SOCKET|INFO|ABORTED|RES_CONTENT_LENGTH_MISMATCH)|HPE_INVALID_EOF_STATE)$/;

/** Codes for what undici did not even begin to send. */
const REFUSED = /^UND_ERR_(?:INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH|CLOSED|DESTROYED)$/;

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

/** Whether undici refused to send a request. Only for one that has no connection yet. */
export function isRefusal(error: Error): boolean {
  return REFUSED.test(codeOf(error));
}

/** Whether the connection was over before the answer was. */
export function isCutOff(error: Error): boolean {
  return ENDED.test(codeOf(error));
}

/** A failure of undici's in the words of Node's client, which callers of axios know. */
export function nodeError(error: Error): Error {
  const code = codeOf(error);
  if (isCutOff(error)) return coded('ECONNRESET', 'socket hang up', error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return coded('ETIMEDOUT', 'connect ETIMEDOUT', error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return coded('HPE_HEADER_OVERFLOW', 'Parse Error: Header overflow', error);
  }
  return code.startsWith('HPE_') ? coded(code, `Parse Error: ${reasonOf(error)}`, error) : error;
}

/** What Node says of an answer that was cut off. */
export function aborted(): Error {
  return coded('ECONNRESET', 'aborted');
}

function codeOf(error: Error): string {
  if (error.name === 'HTTPParserError') {
    const reason = reasonOf(error);
    return PARSER_CODES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'HPE_INVALID_CONSTANT';
  }
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function reasonOf({ message }: Error): string {
  return /^[^(]*\((.*)\)$/s.exec(message)?.[1] ?? '';
}

function coded(code: string, message: string, cause?: Error): Error {
  return Object.assign(new Error(message, cause && { cause }), { code });
}
