import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import { AxiosError } from 'axios';

import { OurHeaders } from './api-headers.js';
import { isApiCallError, SentRequest } from './sent-request.js';

const ours = new OurHeaders('X-Gravitee-Api-Key');

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

function shown(value: unknown): string {
  return inspect(value, { depth: Infinity, showHidden: true, getters: true }) + JSON.stringify(value);
}

describe('SentRequest', () => {
  it('tells what was asked, of whom, and who answered', () => {
    const sent = new SentRequest(nodeRequest(), ours);
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

  it("tells the URL, port included, of a request of Node's own client, which does not", () => {
    const res = { statusCode: 200, statusMessage: 'OK', responseUrl: undefined };
    const plain = { ...nodeRequest(), res, getHeaders: () => ({ host: 'gw.test:8443' }) };
    expect(new SentRequest(plain, ours).res?.responseUrl).toBe('https://gw.test:8443/x');
    expect(new SentRequest({ ...plain, getHeaders: () => ({}) }, ours).res?.responseUrl).toBeUndefined();
  });

  it('looks into a request that follows redirects', () => {
    const sent = new SentRequest({ _options: { headers: 'canary' }, _currentRequest: nodeRequest() }, ours);
    expect(sent.path).toBe('/x');
    expect(shown(sent)).not.toContain('canary');
  });

  it('bears with requests of other kinds', () => {
    const sent = new SentRequest({}, ours);
    expect([sent.method, sent.res, sent.destroyed, sent.getHeaders()]).toEqual([
      undefined,
      undefined,
      false,
      {},
    ]);
  });
});

describe('isApiCallError', () => {
  it('knows the errors of calls that this library sent', () => {
    const sent = new SentRequest(nodeRequest(), ours);
    expect(isApiCallError(new AxiosError('m', 'E', undefined, sent))).toBe(true);
    expect(isApiCallError(new AxiosError('m', 'E', undefined, nodeRequest()))).toBe(false);
    expect(isApiCallError(new Error('m'))).toBe(false);
  });
});
