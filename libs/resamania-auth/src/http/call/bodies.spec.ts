import { PassThrough, Readable } from 'node:stream';

import { describe, expect, it, jest } from '@jest/globals';
import type { AxiosResponse } from 'axios';

import { canSendAgain, discardAnswer, readableBody } from './bodies.js';

function answer(data: unknown): AxiosResponse<unknown> {
  return { data } as AxiosResponse<unknown>;
}

describe('readableBody', () => {
  it.each([
    ['text', 'body', 'body'],
    ['bytes', Buffer.from('body'), 'body'],
    ['an array buffer', new TextEncoder().encode('body').buffer, 'body'],
    ['an object', { a: 1 }, { a: 1 }],
    ['nothing', undefined, undefined],
  ])('reads %s, and leaves it as it is', (_what, data, expected) => {
    const response = answer(data);
    expect(readableBody(response)).toEqual(expected);
    expect(response.data).toBe(data);
  });

  it('leaves a stream alone', () => {
    const source = Readable.from(['a']);
    expect(readableBody(answer(source))).toBeUndefined();
    expect(source.readableDidRead).toBe(false);
    const web = new ReadableStream();
    expect(readableBody(answer(web))).toBeUndefined();
    expect(web.locked).toBe(false);
  });

  it('reads no more than a gateway would write', () => {
    expect(readableBody(answer(Buffer.alloc(1_000_000, 'x')))).toHaveLength(65_536);
  });
});

describe('discardAnswer', () => {
  it('lets go of a stream, and of nothing else', () => {
    const source = new PassThrough();
    discardAnswer(answer(source));
    expect(source.destroyed).toBe(true);
    expect(() => discardAnswer(answer('text'))).not.toThrow();
  });

  it("lets go of a web stream, as axios' fetch adapter has it, whether somebody reads it or not", async () => {
    const cancelled = jest.fn<() => void>();
    discardAnswer(answer(new ReadableStream({ cancel: cancelled })));
    expect(cancelled).toHaveBeenCalledTimes(1);
    const held = new ReadableStream({ cancel: cancelled });
    held.getReader();
    discardAnswer(answer(held));
    await new Promise(setImmediate);
    expect(cancelled).toHaveBeenCalledTimes(1);
  });
});

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
