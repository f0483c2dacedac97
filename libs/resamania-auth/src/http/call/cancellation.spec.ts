import { EventEmitter, getEventListeners } from 'node:events';
import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';
import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

import { throwIfCancelled, waitBeforeSending } from './cancellation.js';

function config(fields: Partial<InternalAxiosRequestConfig> = {}): InternalAxiosRequestConfig {
  return { headers: new AxiosHeaders(), ...fields } as InternalAxiosRequestConfig;
}

// oxlint-disable-next-line import/no-named-as-default-member -- the types of axios make the named export a mere type
const { CancelToken } = axios;

const never = new Promise<never>(() => undefined);

describe('throwIfCancelled', () => {
  it('throws as axios does', () => {
    const source = CancelToken.source();
    const abort = new AbortController();
    const request = config({ cancelToken: source.token, signal: abort.signal });
    expect(() => throwIfCancelled(request)).not.toThrow();
    abort.abort();
    expect(() => throwIfCancelled(request)).toThrow(
      expect.objectContaining({ name: 'CanceledError', code: 'ERR_CANCELED', config: request }),
    );
    source.cancel('enough');
    expect(() => throwIfCancelled(request)).toThrow('enough');
  });
});

describe('waitBeforeSending', () => {
  it('is the promise itself where nothing can come between', () => {
    const promise = Promise.resolve(1);
    expect(waitBeforeSending(promise, config({ data: 'text' }))).toBe(promise);
  });

  it('gives what the promise gives, and listens no longer', async () => {
    const { signal } = new AbortController();
    const body = new PassThrough();
    const request = config({ signal, data: body });
    await expect(waitBeforeSending(Promise.resolve(1), request)).resolves.toBe(1);
    await expect(waitBeforeSending(Promise.reject(new Error('no')), request)).rejects.toThrow('no');
    await Promise.resolve();
    expect(body.listenerCount('error')).toBe(0);
  });

  it('ends when the request is cancelled, by its signal or its token, before or after', async () => {
    const abort = new AbortController();
    const waiting = waitBeforeSending(never, config({ signal: abort.signal }));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CANCELED' });

    const source = CancelToken.source();
    const first = waitBeforeSending(never, config({ cancelToken: source.token }));
    source.cancel();
    await expect(first).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    const late = waitBeforeSending(never, config({ cancelToken: source.token }));
    await expect(late).rejects.toMatchObject({ code: 'ERR_CANCELED' });
  });

  it("leaves nothing on an application's signal, however it ends, and before it goes on", async () => {
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, 'abort').length;
    const source = CancelToken.source();
    const body = Object.assign(new EventEmitter(), { pipe: () => undefined });
    const timedOut = Array.from({ length: 20 }, () =>
      waitBeforeSending(never, config({ signal, data: body, cancelToken: source.token })),
    );
    expect(listeners()).toBe(1);
    // A call's own time limit, long before the token comes.
    source.cancel();
    await Promise.allSettled(timedOut);
    expect([listeners(), body.listenerCount('error')]).toEqual([0, 0]);
    const broken = waitBeforeSending(never, config({ signal, data: body }));
    body.emit('error', new Error('gone'));
    await broken.catch(() => undefined);
    await waitBeforeSending(Promise.resolve(1), config({ signal }));
    await waitBeforeSending(Promise.reject(new Error('no')), config({ signal })).catch(() => undefined);
    expect(listeners()).toBe(0);
  });

  it('ends when the body fails', async () => {
    const body = Object.assign(new EventEmitter(), { pipe: () => undefined });
    const waiting = waitBeforeSending(never, config({ data: body }));
    body.emit('error', Object.assign(new Error('gone'), { code: 'ENOENT' }));
    await expect(waiting).rejects.toMatchObject({ isAxiosError: true, message: 'gone', code: 'ENOENT' });
  });

  it('bears with a signal that can only be asked', async () => {
    await expect(waitBeforeSending(Promise.resolve(1), config({ signal: { aborted: false } }))).resolves.toBe(
      1,
    );
  });
});
