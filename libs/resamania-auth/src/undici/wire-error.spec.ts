import { describe, expect, it } from '@jest/globals';
import { errors } from 'undici';

import { isRefusal, wireError } from './wire-error.js';

function parserError(reason: string): Error {
  return new errors.HTTPParserError(`Response does not match the HTTP/1.1 protocol (${reason})`);
}

describe('wireError', () => {
  it('calls an end before the answer a hang-up', () => {
    const cause = new errors.SocketError('other side closed');
    const { error, isTruncation } = wireError(cause, false);
    expect(error).toMatchObject({ message: 'socket hang up', code: 'ECONNRESET', cause });
    expect(isTruncation).toBe(false);
  });

  it.each([
    new errors.SocketError('other side closed'),
    new errors.ResponseContentLengthMismatchError(),
    parserError('Invalid EOF state'),
  ])('calls an end within the body aborted: %s', (cause) => {
    const { error, isTruncation } = wireError(cause, true);
    expect(error).toMatchObject({ message: 'aborted', code: 'ECONNRESET' });
    expect(isTruncation).toBe(true);
  });

  it.each([
    ['Invalid status code', 'HPE_INVALID_STATUS'],
    ['Invalid HTTP version', 'HPE_INVALID_VERSION'],
    ['Invalid header value char', 'HPE_INVALID_HEADER_TOKEN'],
    ['Content-Length already present', 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    ['Expected HTTP/', 'HPE_INVALID_CONSTANT'],
  ])('knows the code of "%s"', (reason, code) => {
    expect(wireError(parserError(reason), false).error).toMatchObject({
      message: `Parse Error: ${reason}`,
      code,
    });
  });

  it('leaves what comes from the system', () => {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    expect(wireError(error, true)).toEqual({ error, isTruncation: false });
  });
});

describe('isRefusal', () => {
  it('is what undici would not send', () => {
    expect(isRefusal(new errors.InvalidArgumentError('invalid header'))).toBe(true);
    expect(isRefusal(new errors.SocketError('closed'))).toBe(false);
    expect(isRefusal(new Error('none'))).toBe(false);
  });
});
