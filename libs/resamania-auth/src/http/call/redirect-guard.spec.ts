import { describe, expect, it, jest } from '@jest/globals';
import {
  type AxiosRequestConfig,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios';

import { OurHeaders } from './api-headers.js';
import { canGoDirect, isRedirect, RedirectGuard } from './redirect-guard.js';

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

const ROOT = 'https://a.test/demoapi';

/** A guard, and the hook that it puts into a request. */
function watching(beforeRedirect?: BeforeRedirect) {
  const guard = new RedirectGuard(ROOT, ours);
  const outgoing: AxiosRequestConfig = beforeRedirect === undefined ? {} : { beforeRedirect };
  guard.watch(outgoing);
  return { guard, outgoing, hook: outgoing.beforeRedirect as BeforeRedirect };
}

describe('RedirectGuard', () => {
  it.each([
    'https://b.test/demoapi',
    'https://a.test/demoapi/..%2fnordgym',
    'https://a.test/demoapi-x',
    'http://a.test/demoapi',
    'http://a.test:443/demoapi/clubs',
  ])('drops our headers, whatever their case, where the redirect leaves: %s', (href) => {
    const options = { href, headers: headers() };
    const { guard, hook } = watching();
    hook(options, answer, { headers: {}, url: '', method: 'GET' });
    expect(options.headers).toEqual({ Accept: 'x' });
    expect(guard.hasLeft).toBe(true);
  });

  it('leaves everything as it is where the redirect stays, and shows the hook what the caller wrote', () => {
    const options = { href: `${ROOT}/new?page=2`, headers: headers() };
    const seen: unknown[] = [];
    const { guard, hook } = watching((next, _response, request) => {
      seen.push({ ...(next as typeof options).headers }, request.headers);
      (next as typeof options).headers['X-Mine'] = '1';
    });
    hook(options, answer, { headers: headers(), url: '', method: 'GET' });
    expect(seen).toEqual([{ Accept: 'x' }, { Accept: 'x' }]);
    expect(options.headers).toEqual({ ...headers(), 'X-Mine': '1' });
    expect(guard.hasLeft).toBe(false);
  });

  it.each([
    { port: 81 },
    { hostname: 'b.test' },
    { host: 'b.test' },
    { path: '/nordgym' },
    { href: 'https://b.test/' },
    { socketPath: '/x.sock' },
    { agent: {} },
    { auth: 'me:pw' },
  ])('checks again where a hook that led the request to %j leads it', (elsewhere) => {
    const options = { href: `${ROOT}/new`, headers: headers() };
    const { guard, hook } = watching((next) => Object.assign(next, elsewhere));
    hook(options, answer, { headers: {}, url: '', method: 'GET' });
    expect(options.headers).toEqual({ Accept: 'x' });
    expect(guard.hasLeft).toBe(true);
  });

  it('takes a redirect to who knows where as one that leaves, and bears with what is missing', () => {
    const callers = jest.fn<BeforeRedirect>();
    const { guard, hook } = watching(callers);
    hook({}, answer, undefined as never);
    expect(guard.hasLeft).toBe(true);
    expect(callers).toHaveBeenCalledTimes(1);
    expect(callers.mock.calls[0]?.[2]).toEqual({ headers: {} });
  });

  it('knows that a request has left even where it comes back', () => {
    const { guard, hook } = watching();
    hook({ href: 'https://b.test/' }, answer, { headers: {}, url: '', method: '' });
    hook({ href: ROOT }, answer, { headers: {}, url: '', method: '' });
    expect(guard.hasLeft).toBe(true);
  });

  it("lets the caller's hook stop the redirect", () => {
    const { hook } = watching(() => {
      throw new Error('no further');
    });
    expect(() => hook({}, answer, { headers: {}, url: '', method: '' })).toThrow('no further');
  });

  it('lets `fetch` follow none, and keeps its other options, which may be changed', () => {
    const fetchOptions = { cache: 'no-store' };
    const outgoing: AxiosRequestConfig = { fetchOptions };
    new RedirectGuard(ROOT, ours).watch(outgoing);
    expect(outgoing.fetchOptions).toEqual({ cache: 'no-store', redirect: 'manual' });
    expect(outgoing.fetchOptions).not.toBe(fetchOptions);
  });

  it("tells the caller's transport of our hook, where axios has one to offer", () => {
    const request = jest.fn();
    const outgoing: AxiosRequestConfig = { transport: { request } };
    new RedirectGuard(ROOT, ours).watch(outgoing);
    const options = { beforeRedirects: {} };
    outgoing.transport.request(options, 'callback');
    outgoing.transport.request({}, 'callback');
    expect(options).toEqual({ beforeRedirects: { config: outgoing.beforeRedirect } });
    expect(request.mock.calls).toEqual([
      [options, 'callback'],
      [{}, 'callback'],
    ]);
  });
});

describe('canGoDirect', () => {
  const config = (rest: object) => rest as InternalAxiosRequestConfig;
  const node = getAdapter('http');

  it.each(['get', 'head'])('is so for a %s', (method) => {
    expect(canGoDirect(config({ method }), node)).toBe(true);
  });

  it.each<[string, object]>([
    ['a method that changes something', { method: 'delete' }],
    ['a body', { data: 'a' }],
    ['a bound of redirects', { maxRedirects: 3 }],
    ['a hook', { beforeRedirect: () => undefined }],
    ['a transport', { transport: {} }],
  ])('is not so with %s', (_what, rest) => {
    expect(canGoDirect(config({ method: 'get', ...rest }), node)).toBe(false);
  });

  it('is not so with an adapter that may know nothing of redirects', () => {
    expect(canGoDirect(config({ method: 'get' }), getAdapter('fetch'))).toBe(false);
  });
});

describe('isRedirect', () => {
  it.each<[number, string | undefined, boolean]>([
    [299, '/x', false],
    [300, '/x', true],
    [308, '/x', true],
    [399, '/x', true],
    [400, '/x', false],
    [304, undefined, false],
  ])('%i to %s: %s', (status, location, expected) => {
    expect(isRedirect({ status, headers: { location } } as unknown as AxiosResponse)).toBe(expected);
  });
});
