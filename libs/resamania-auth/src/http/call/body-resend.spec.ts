import { PassThrough, Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { canSendAgain } from './body-resend.js';

describe('canSendAgain', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'a'],
    ['bytes', Buffer.from('a')],
    ['an array buffer', new ArrayBuffer(1)],
    ['a form', new FormData()],
    ['URL parameters', new URLSearchParams('a=1')],
    ['a blob', new Blob(['a'])],
    ['an object', { a: 1 }],
  ])('is true for %s', (_what, data) => {
    expect(canSendAgain(data)).toBe(true);
  });

  it.each([
    ['a stream', Readable.from(['a'])],
    ['a transform', new PassThrough()],
    ['a web stream', new Blob(['a']).stream()],
    [
      'an async iterable',
      (async function* () {
        yield 'a';
      })(),
    ],
    ['a form of the form-data package', { pipe: () => undefined, getHeaders: () => ({}) }],
  ])('is false for %s, which is used up', (_what, data) => {
    expect(canSendAgain(data)).toBe(false);
  });
});
