import { describe, expect, it } from '@jest/globals';
import { errors } from 'undici';

import { aborted, isCutOff, isRefusal, nodeError } from './node-error.js';

function parserError(reason: string): Error {
  return new errors.HTTPParserError(`Response does not match the HTTP/1.1 protocol (${reason})`);
}

describe('nodeError', () => {
  it('calls an end before the answer a hang-up', () => {
    const cause = new errors.SocketError('other side closed');
    expect(nodeError(cause)).toMatchObject({ message: 'socket hang up', code: 'ECONNRESET', cause });
  });

  it.each([
    ['Invalid status code', 'HPE_INVALID_STATUS'],
    ['Invalid HTTP version', 'HPE_INVALID_VERSION'],
    ['Invalid header value char', 'HPE_INVALID_HEADER_TOKEN'],
    ['Content-Length already present', 'HPE_UNEXPECTED_CONTENT_LENGTH'],
    ['Expected HTTP/', 'HPE_INVALID_CONSTANT'],
  ])('knows the code of "%s"', (reason, code) => {
    expect(nodeError(parserError(reason))).toMatchObject({ message: `Parse Error: ${reason}`, code });
  });

  it("has the system's code for a connection that takes too long", () => {
    expect(nodeError(new errors.ConnectTimeoutError())).toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('leaves what comes from the system', () => {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    expect(nodeError(error)).toBe(error);
    expect(isCutOff(error)).toBe(false);
  });
});

describe('isCutOff', () => {
  it.each([
    new errors.SocketError('other side closed'),
    new errors.ResponseContentLengthMismatchError(),
    parserError('Invalid EOF state'),
  ])('is an end within the body: %s', (error) => {
    expect(isCutOff(error)).toBe(true);
    expect(aborted()).toMatchObject({ message: 'aborted', code: 'ECONNRESET' });
  });
});

describe('isRefusal', () => {
  it('is what undici would not send', () => {
    expect(isRefusal(new errors.InvalidArgumentError('invalid header'))).toBe(true);
    expect(isRefusal(new errors.SocketError('closed'))).toBe(false);
    expect(isRefusal(new Error('none'))).toBe(false);
  });
});
