import { describe, expect, it, jest } from '@jest/globals';
import type { AxiosRequestConfig } from 'axios';

import { OurHeaders } from './api-headers.js';
import { guardRedirects, guardTransport } from './redirect-guard.js';

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>;

const ours = new OurHeaders('X-Gravitee-Api-Key');
const answer = { headers: {}, statusCode: 302 };

function headers(): Record<string, string> {
  return {
    AUTHORIZATION: 'Bearer t',
    'x-gravitee-api-key': 'k',
    'X-User-Club-Id': '/d/clubs/1',
    'X-USER-NETWORK-NODE-ID': '/d/network_nodes/1',
    Accept: 'x',
  };
}

describe('guardRedirects', () => {
  it('drops our headers, whatever their case, where the redirect leaves', () => {
    const options = { href: 'https://b.test/', headers: headers() };
    const left = jest.fn();
    guardRedirects(
      undefined,
      ours,
      () => false,
      left,
    )(options, answer, { headers: {}, url: '', method: 'GET' });
    expect(options.headers).toEqual({ Accept: 'x' });
    expect(left).toHaveBeenCalledTimes(1);
  });

  it('leaves everything as it is where the redirect stays', () => {
    const options = { href: 'https://a.test/', headers: headers() };
    const callers = jest.fn<BeforeRedirect>();
    const request = { headers: headers(), url: '', method: 'GET' };
    guardRedirects(callers, ours, (href) => href === 'https://a.test/', fail)(options, answer, request);
    expect(options.headers).toEqual(headers());
    expect(callers).toHaveBeenCalledWith(options, answer, request);
  });

  it('takes a redirect to who knows where as one that leaves, and bears with what is missing', () => {
    const left = jest.fn();
    const callers = jest.fn<BeforeRedirect>();
    guardRedirects(callers, ours, () => true, left)({}, answer, undefined as never);
    expect(left).toHaveBeenCalledTimes(1);
    expect(callers).toHaveBeenCalledTimes(1);
    expect(callers.mock.calls[0]?.[2]).toEqual({ headers: {} });
  });

  it("lets the caller's hook stop the redirect", () => {
    const callers = () => {
      throw new Error('no further');
    };
    const guard = guardRedirects(
      callers,
      ours,
      () => false,
      () => undefined,
    );
    expect(() => guard({}, answer, { headers: {}, url: '', method: '' })).toThrow('no further');
  });
});

describe('guardTransport', () => {
  it("tells the caller's transport of our hook, where axios has one to offer", () => {
    const request = jest.fn();
    const beforeRedirect = () => undefined;
    const outgoing: AxiosRequestConfig = { transport: { request }, beforeRedirect };
    guardTransport(outgoing);
    const options = { beforeRedirects: {} };
    outgoing.transport.request(options, 'callback');
    outgoing.transport.request({}, 'callback');
    expect(options).toEqual({ beforeRedirects: { config: beforeRedirect } });
    expect(request.mock.calls).toEqual([
      [options, 'callback'],
      [{}, 'callback'],
    ]);
  });
});

function fail(): never {
  throw new Error('must not be called');
}
