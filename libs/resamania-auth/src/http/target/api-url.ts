import type { AxiosRequestConfig } from 'axios';

import { parseUrl } from '../../options/checks/base-url.js';
import type { Tenant } from '../../tenants/tenant.js';
import { climbsWhenDecoded } from './climbing.js';

/** What all URLs of a tenant begin with. */
export function tenantRoot({ apiBaseUrl, clientToken }: Tenant): string {
  return `${apiBaseUrl}/${clientToken}`;
}

/** The URL as axios combines it, absolute or not. */
export function combinedUrl(config: AxiosRequestConfig): string {
  const url = textOf(config.url);
  const baseURL = textOf(config.baseURL);
  if (baseURL === '' || (isAbsolute(url) && config.allowAbsoluteUrls !== false)) return url;
  return url === '' ? baseURL : joinedBySlash(baseURL, url);
}

/** As axios takes it: a `URL` by its text. What has none leads nowhere. */
function textOf(url: unknown): string {
  if (typeof url === 'string') return url;
  return url instanceof URL || typeof url === 'number' ? String(url) : '';
}

function joinedBySlash(baseURL: string, url: string): string {
  let end = baseURL.length;
  while (baseURL[end - 1] === '/') end -= 1;
  let start = 0;
  while (url[start] === '/') start += 1;
  return `${baseURL.slice(0, end)}/${url.slice(start)}`;
}

/** Whether axios takes it as it is: with a scheme, or protocol-relative. */
export function isAbsolute(url: string): boolean {
  return url.includes('//') && /^([a-z][a-z\d+.-]*:)?\/\//i.test(url);
}

/**
 * The absolute URL of a path, an IRI or an absolute URL of a tenant, normalised as the request will be; `undefined`
 * when it leads outside.
 */
export function resolveApiUrl(url: string, tenant: Tenant): string | undefined {
  const root = tenantRoot(tenant);
  if (isAbsolute(url)) return within(root, url);
  return isTidyPath(url) ? within(root, join(root, tenant.clientToken, url)) : undefined;
}

/**
 * The one check that decides where our headers go: an absolute URL, normalised as the request will be, if it lies below
 * this root; else `undefined`.
 */
export function within(root: string, url: string): string | undefined {
  if (isPlainBelow(root, url)) return url;
  const parsed = parseUrl(url);
  if (parsed === undefined || !isBelow(root, parsed.href)) return undefined;
  return climbsWhenDecoded(parsed.pathname) ? undefined : parsed.href;
}

/** Single slashes, no `%`, no dot at the beginning of a segment: means the same to everybody. Any query may follow. */
const PLAIN_PATH = /^\/?(?:[\w~-][\w.~-]*(?:\/|(?=\?|$)))*(?:\?|$)/;

/**
 * Whether a URL below a root is normalised as it is written. Almost all URLs are such, and need no parsing: of a call
 * that costs some microseconds, parsing would be a tenth.
 */
export function isPlainBelow(root: string, url: string): boolean {
  return isBelow(root, url) && PLAIN_PATH.test(url.slice(root.length));
}

/**
 * Whether a normalised URL lies below a normalised root. The text decides: scheme, host and port are part of it, and
 * user info would come before the host.
 */
export function isBelow(root: string, href: string): boolean {
  return href.startsWith(root) && endsSegment(href, root.length);
}

/** The first path segment of an IRI such as `/demoapi/clubs/1`; `undefined` for what does not begin with a slash. */
export function firstSegment(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  let end = 1;
  while (!endsSegment(path, end)) end += 1;
  return path.slice(1, end);
}

function join(root: string, clientToken: string, url: string): string {
  const isIri = url.startsWith('/') && url.startsWith(clientToken, 1);
  const afterToken = clientToken.length + 1;
  if (isIri && endsSegment(url, afterToken)) return root + url.slice(afterToken);
  return url.startsWith('/') || endsSegment(url, 0) ? root + url : `${root}/${url}`;
}

function endsSegment(text: string, at: number): boolean {
  return at >= text.length || text[at] === '/' || text[at] === '?' || text[at] === '#';
}

/** Without what `new URL` repairs in silence and nobody means: a scheme without slashes, backslashes, line breaks. */
function isTidyPath(url: string): boolean {
  return !/^https?:|^[^?#]*[\\\t\r\n]/i.test(url);
}
