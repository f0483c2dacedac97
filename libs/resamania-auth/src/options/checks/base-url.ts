import type { Loose } from './fields.js';
import { kindOf, type Problem } from './problem.js';

/** What a tenant inherits, as far as it matters for its problems. */
export interface Inherited {
  /** `WRONG` in the module's options is one problem there, not one per tenant. */
  readonly apiBaseUrl: unknown;
  readonly allowInsecureHttp: boolean;
}

/**
 * What is wrong with a base URL in itself; `undefined` when nothing is. The text is checked before `new URL` sees it,
 * which repairs in silence what we want to refuse: white space, backslashes, dot segments.
 */
export function baseUrlFlaw(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^https?:\/\/[^/?#]/i.test(value) || parseUrl(value) === undefined) {
    return `expected an absolute URL such as https://api.example.com/prefix, found ${kindOf(value, 'string')}`;
  }
  const [, authority = '', path = ''] = /^\w+:\/\/([^/?#\\]*)(.*)$/s.exec(value) ?? [];
  if (authority.includes('@')) return 'expected a URL without user name and password';
  if (/[?#]/.test(path)) return 'expected a URL without query and fragment';
  if (/[^\x21-\x7e]/.test(path) || /[\s\p{C}]/u.test(authority))
    return 'expected a URL of visible ASCII characters';
  return pathFlaw(path);
}

/** What makes a path leave its base, or mean different things to different servers. */
export function pathFlaw(path: string): string | undefined {
  if (path.includes('//')) return 'expected a path without empty segments (double slashes)';
  if (/\/\.{1,2}(?:\/|$)/.test(path)) return 'expected a path without dot segments';
  if (/%(?:2e|2f|5c)/i.test(path)) return 'expected a path without encoded dots and slashes';
  if (/%(?![\da-f]{2})/i.test(path)) return 'expected a path in which every % starts an escape such as %20';
  return path.includes('\\') ? 'expected a path without backslashes' : undefined;
}

/** A flawless base URL with scheme and host in lower case, no default port and no trailing slash. */
export function normaliseBaseUrl(value: string): string {
  const { protocol, host, pathname } = new URL(value);
  return `${protocol}//${host}${pathname.replace(/\/$/, '')}`;
}

/** What is wrong with a tenant's base URL beside its other fields. */
export function baseUrlProblems(tenant: Loose, inherited: Inherited): Problem[] {
  const { apiBaseUrl: own, clientToken, tokenPath } = tenant;
  const path = ['apiBaseUrl'];
  const url = own ?? inherited.apiBaseUrl;
  if (url === undefined)
    return [{ path, text: 'expected a URL here or as apiBaseUrl of the module, found neither' }];
  const problems = insecureProblems(own, inherited.allowInsecureHttp);
  if (typeof url !== 'string' || typeof clientToken !== 'string') return problems;
  const end = ownEndOf(url, clientToken, tokenPath);
  if (end === undefined) return problems;
  const text = `expected a URL that does not end in the ${end}: the library adds it`;
  return [...problems, { path, text }];
}

/** The problem of a base URL that would send secrets in the clear. */
export function insecureProblems(baseUrl: unknown, allowInsecureHttp: boolean): Problem[] {
  if (allowInsecureHttp || typeof baseUrl !== 'string' || !isInsecure(baseUrl)) return [];
  const text = 'expected https: (http: only for loopback hosts, or with allowInsecureHttp)';
  return [{ path: ['apiBaseUrl'], text }];
}

/** Whether secrets sent to this URL travel unencrypted over a network. */
export function isInsecure(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === 'http:' && !isLoopback(hostname);
}

/** What of its own URLs the library appends and the path ends in already. */
export function ownEndOf(
  baseUrl: string,
  clientToken: string,
  tokenPath: unknown,
): 'clientToken' | 'token path' | undefined {
  const path = new URL(baseUrl).pathname.replace(/\/$/, '');
  if (path.endsWith(`/${clientToken}`)) return 'clientToken';
  const own = typeof tokenPath === 'string' ? tokenPath.replaceAll('{client_token}', () => clientToken) : '';
  const isTokenUrl = path.endsWith('/oauth/v2/token') || (own !== '' && path.endsWith(own));
  return isTokenUrl ? 'token path' : undefined;
}

/** `new URL` has already written every form of an IPv4 address as four decimal numbers. */
function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  return /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** The port that an `http:` or `https:` URL leads to. */
export function portOf({ protocol, port }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** An absolute URL, parsed. Not by way of `URL.canParse`: once optimised, Node 20's refuses hosts with umlauts. */
export function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
