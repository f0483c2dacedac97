import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';
import type { AxiosResponse } from 'axios';

import { discardAnswer, readAnswerBody } from './bodies.js';

function answer(data: unknown): AxiosResponse<unknown> {
  return { data } as AxiosResponse<unknown>;
}

describe('readAnswerBody', () => {
  it.each([
    ['text', 'body', 'body'],
    ['bytes', Buffer.from('body'), 'body'],
    ['an array buffer', new TextEncoder().encode('body').buffer, 'body'],
    ['an object', { a: 1 }, { a: 1 }],
    ['nothing', undefined, undefined],
  ])('reads %s, and leaves it as it is', async (_what, data, expected) => {
    const response = answer(data);
    await expect(readAnswerBody(response)).resolves.toEqual(expected);
    expect(response.data).toBe(data);
  });

  it('reads a stream, and puts back one of the same bytes', async () => {
    const response = answer(Readable.from(['{"code"', ':401}'].map((part) => Buffer.from(part))));
    await expect(readAnswerBody(response)).resolves.toBe('{"code":401}');
    await expect(text(response.data as Readable)).resolves.toBe('{"code":401}');
  });

  it('takes the text of a stream that was told an encoding', async () => {
    const response = answer(Readable.from(['é', 'à']));
    await expect(readAnswerBody(response)).resolves.toBe('éà');
    await expect(text(response.data as Readable)).resolves.toBe('éà');
  });

  it('does not wait for ever for the end; what comes later is still in the stream that it puts back', async () => {
    const source = new PassThrough();
    source.write('{"code"');
    const response = answer(source);
    await expect(readAnswerBody(response, 10)).resolves.toBeUndefined();
    source.end(':401}');
    await expect(text(response.data as Readable)).resolves.toBe('{"code":401}');
  });

  it('passes on an end and a failure that come after the time was up', async () => {
    const ending = answer(new PassThrough());
    const endingSource = ending.data as PassThrough;
    await readAnswerBody(ending, 1);
    endingSource.end();
    await expect(text(ending.data as Readable)).resolves.toBe('');
    const failing = answer(new PassThrough());
    const failingSource = failing.data as PassThrough;
    await readAnswerBody(failing, 1);
    failingSource.destroy(new Error('late'));
    await expect(text(failing.data as Readable)).rejects.toThrow('late');
  });

  it('does not judge what is too long, and does not read it all', async () => {
    let read = 0;
    const source = Readable.from(
      (function* () {
        for (read = 0; read < 100; read += 1) yield Buffer.alloc(10_000, 'x');
      })(),
      { objectMode: false },
    );
    const response = answer(source);
    await expect(readAnswerBody(response)).resolves.toBeUndefined();
    expect(read).toBeLessThan(20);
    await expect(text(response.data as Readable)).resolves.toHaveLength(1_000_000);
  });

  it('hands over what came before a failure, and then the failure', async () => {
    const failing = new Readable({
      read() {
        this.push('a');
        this.destroy(new Error('reset'));
      },
    });
    const response = answer(failing);
    await expect(readAnswerBody(response)).resolves.toBeUndefined();
    await expect(text(response.data as Readable)).rejects.toThrow('reset');
  });

  it('lets go of the source of a stream that nobody reads', async () => {
    const source = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(10_000)));
    const response = answer(source);
    await readAnswerBody(response);
    discardAnswer(response);
    await new Promise((resolve) => {
      source.once('close', resolve);
    });
    expect(source.destroyed).toBe(true);
    expect(() => discardAnswer(answer('text'))).not.toThrow();
  });
});
