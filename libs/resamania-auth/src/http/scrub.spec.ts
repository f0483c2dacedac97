import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

import { scrubError, scrubResponse } from './scrub.js';
import { SentRequest } from './sent-request.js';

const callers = { url: 'clubs', headers: new AxiosHeaders() } as InternalAxiosRequestConfig;
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

describe('scrubError', () => {
  it('puts the config of the caller and a view of the request in place, down the chain of causes', () => {
    const inner = new AxiosError('inner', 'E', outgoing, nodeRequest(), answer('b'));
    const error = AxiosError.from(inner, 'E', outgoing, nodeRequest(), answer('a'));
    expect(scrubError(error, callers)).toBe(error);
    expect(shown(error)).not.toContain('canary');
    expect([error.config, error.response?.config, inner.config]).toEqual([callers, callers, callers]);
    expect(error.request).toBeInstanceOf(SentRequest);
    expect(error.response?.data).toBe('a');
  });

  it('adds nothing where there was nothing', () => {
    const error = new AxiosError('no request', 'E', outgoing);
    scrubError(error, callers);
    expect(error).not.toHaveProperty('request');
    expect(error).not.toHaveProperty('response');
    const other = new Error('other');
    expect(scrubError(other, callers)).toBe(other);
    expect(scrubError('text', callers)).toBe('text');
  });

  it('comes to an end where causes go round in a circle', () => {
    const error = new AxiosError('round', 'E', outgoing);
    error.cause = error;
    expect(scrubError(error, callers)).toBe(error);
  });

  it('detaches a streamed body from the socket; it can be read, and let go of', async () => {
    const error = new AxiosError('m', 'E', outgoing, nodeRequest(), answer(Readable.from(['a', 'b'])));
    scrubError(error, callers);
    await expect(text(error.response?.data as Readable)).resolves.toBe('ab');
    const source = new PassThrough();
    const second = new AxiosError('m', 'E', outgoing, nodeRequest(), answer(source));
    scrubError(second, callers);
    const detached = second.response?.data as Readable;
    expect(detached).not.toBe(source);
    detached.destroy();
    await new Promise((resolve) => {
      source.once('close', resolve);
    });
    expect(source.destroyed).toBe(true);
  });
});

describe('scrubResponse', () => {
  it('does the same for a success', () => {
    const response = scrubResponse(answer('a'), callers);
    expect(response.config).toBe(callers);
    expect(shown(response)).not.toContain('canary');
  });

  it('leaves a stream as it is, and scrubs what it fails with', async () => {
    const source = new PassThrough();
    const response = scrubResponse(answer(source), callers);
    expect(response.data).toBe(source);
    expect(source.listenerCount('error')).toBe(0);
    const failed = text(source).catch((error: unknown) => error);
    source.destroy(new AxiosError('late', 'E', outgoing, nodeRequest()));
    expect(shown(await failed)).not.toContain('canary');
  });

  it('bears with adapters that know no request', () => {
    for (const request of [undefined, null, 'xhr', new SentRequest(nodeRequest())])
      expect(scrubResponse({ ...answer('a'), request }, callers).request).toBe(request);
  });
});

describe('SentRequest', () => {
  it('tells what was asked, of whom, and who answered', () => {
    const sent = new SentRequest(nodeRequest());
    expect(sent).toMatchObject({
      method: 'GET',
      protocol: 'https:',
      host: 'gw.test',
      path: '/x',
      destroyed: true,
    });
    expect(sent.res).toEqual({ statusCode: 500, statusMessage: 'Oops', responseUrl: 'https://gw.test/x' });
    expect(sent.getHeaders()).toEqual({ accept: 'x' });
    expect([sent.getHeader('Accept'), sent.getHeader('Authorization')]).toEqual(['x', undefined]);
    expect(inspect(sent)).toBe('SentRequest { GET https://gw.test/x }');
    expect(JSON.stringify(sent)).toBe('{"method":"GET","protocol":"https:","host":"gw.test","path":"/x"}');
  });

  it('looks into a request that follows redirects', () => {
    const sent = new SentRequest({ _options: { headers: 'canary' }, _currentRequest: nodeRequest() });
    expect(sent.path).toBe('/x');
    expect(shown(sent)).not.toContain('canary');
  });

  it('bears with requests of other kinds', () => {
    const sent = new SentRequest({});
    expect([sent.method, sent.res, sent.destroyed, sent.getHeaders()]).toEqual([
      undefined,
      undefined,
      false,
      {},
    ]);
  });
});
