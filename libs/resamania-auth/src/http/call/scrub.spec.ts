import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { UnderlyingSource } from 'node:stream/web';
import { inspect } from 'node:util';

import { describe, expect, it, jest } from '@jest/globals';
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

import { OurHeaders } from './api-headers.js';
import { Scrubber } from './scrub.js';
import { SentRequest } from './sent-request.js';

const callers = { url: 'clubs', headers: new AxiosHeaders() } as InternalAxiosRequestConfig;
const ours = new OurHeaders('X-Gravitee-Api-Key');
const scrubber = new Scrubber(callers, ours);
const outgoing = { headers: new AxiosHeaders({ Authorization: 'canary' }) } as InternalAxiosRequestConfig;

/** As Node keeps a request, with more than it should show. */
function nodeRequest() {
  return {
    method: 'GET',
    protocol: 'https:',
    host: 'gw.test',
    path: '/x',
    destroyed: true,
    res: { statusCode: 500, statusMessage: 'Oops', responseUrl: 'https://gw.test/x', req: 'canary' },
    _header: 'GET /x HTTP/1.1\r\nauthorization: canary',
    getHeaders: () => ({ authorization: 'canary', 'x-gravitee-api-key': 'canary', accept: 'x' }),
  };
}

function answer(data: unknown): AxiosResponse {
  return { status: 500, statusText: '', headers: {}, data, config: outgoing, request: nodeRequest() };
}

function shown(value: unknown): string {
  return inspect(value, { depth: Infinity, showHidden: true, getters: true }) + JSON.stringify(value);
}

describe('Scrubber.error', () => {
  it('puts the config of the caller and a view of the request in place, down the chain of causes', () => {
    const inner = new AxiosError('inner', 'E', outgoing, nodeRequest(), answer('b'));
    const error = AxiosError.from(inner, 'E', outgoing, nodeRequest(), answer('a'));
    expect(scrubber.error(error)).toBe(error);
    expect(shown(error)).not.toContain('canary');
    expect([error.config, error.response?.config, inner.config]).toEqual([callers, callers, callers]);
    expect(error.request).toBeInstanceOf(SentRequest);
    expect(error.response?.data).toBe('a');
  });

  it('adds nothing where there was nothing', () => {
    const error = new AxiosError('no request', 'E', outgoing);
    scrubber.error(error);
    expect(error).not.toHaveProperty('request');
    expect(error).not.toHaveProperty('response');
    const other = new Error('other');
    expect(scrubber.error(other)).toBe(other);
    expect(scrubber.error('text')).toBe('text');
  });

  it('comes to an end where causes go round in a circle', () => {
    const error = new AxiosError('round', 'E', outgoing);
    error.cause = error;
    expect(scrubber.error(error)).toBe(error);
  });

  it('detaches a streamed body from the socket; it can be read, and let go of', async () => {
    const error = new AxiosError('m', 'E', outgoing, nodeRequest(), answer(Readable.from(['a', 'b'])));
    scrubber.error(error);
    await expect(text(error.response?.data as Readable)).resolves.toBe('ab');
    const source = new PassThrough();
    const second = new AxiosError('m', 'E', outgoing, nodeRequest(), answer(source));
    scrubber.error(second);
    const detached = second.response?.data as Readable;
    expect(detached).not.toBe(source);
    detached.destroy();
    await new Promise((resolve) => {
      source.once('close', resolve);
    });
    expect(source.destroyed).toBe(true);
  });
});

describe('Scrubber.response', () => {
  it('does the same for a success', () => {
    const response = scrubber.response(answer('a'));
    expect(response.config).toBe(callers);
    expect(shown(response)).not.toContain('canary');
  });

  it('detaches a stream from its socket, and scrubs what it fails with', async () => {
    const source = Object.assign(new PassThrough(), { req: nodeRequest() });
    const response = scrubber.response(answer(source));
    expect(shown(response)).not.toContain('canary');
    const failed = text(response.data as Readable).catch((error: unknown) => error);
    source.destroy(new AxiosError('late', 'E', outgoing, nodeRequest()));
    expect(shown(await failed)).not.toContain('canary');
  });

  it('does the same for a stream of fetch: its bytes, its late failure, and letting go of it', async () => {
    const web = (source: UnderlyingSource<Uint8Array>) =>
      scrubber.response(answer(new ReadableStream(source))).data as ReadableStream;
    const bytes = web({
      start(controller) {
        controller.enqueue(Buffer.from('ab'));
        controller.close();
      },
    });
    await expect(text(bytes)).resolves.toBe('ab');
    const failing = web({
      pull: (controller) => controller.error(new AxiosError('late', 'E', outgoing, nodeRequest())),
    });
    const failure = await text(failing).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'late', config: callers });
    expect(shown(failure)).not.toContain('canary');
    const cancelled = jest.fn<(reason: unknown) => void>();
    await web({ cancel: cancelled }).cancel('enough');
    expect(cancelled).toHaveBeenCalledWith('enough');
  });

  it('bears with adapters that know no request', () => {
    for (const request of [undefined, null, 'xhr', new SentRequest(nodeRequest(), ours)])
      expect(scrubber.response({ ...answer('a'), request }).request).toBe(request);
  });
});
