import type { Tenant } from '../../tenants/tenant.js';

/** The parts of a request config that say where it goes. */
export interface UrlParts {
  readonly url?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly allowAbsoluteUrls?: boolean | undefined;
}

/** What all URLs of a tenant begin with. */
export function chainRoot({ apiBaseUrl, clientToken }: Tenant): string {
  return `${apiBaseUrl}/${clientToken}`;
}

/** The URL as axios combines it, absolute or not. */
export function combinedUrl({ url = '', baseURL, allowAbsoluteUrls }: UrlParts): string {
  const isCombined = baseURL !== undefined && baseURL !== '';
  if (!isCombined || (isAbsolute(url) && allowAbsoluteUrls !== false)) return url;
  return url === '' ? baseURL : joinedBySlash(baseURL, url);
}

function joinedBySlash(baseURL: string, url: string): string {
  let end = baseURL.length;
  while (baseURL.charCodeAt(end - 1) === SLASH) end -= 1;
  let start = 0;
  while (url.charCodeAt(start) === SLASH) start += 1;
  return `${baseURL.slice(0, end)}/${url.slice(start)}`;
}

/** Whether axios takes it as it is: with a scheme, or protocol-relative. */
export function isAbsolute(url: string): boolean {
  return url.includes('//') && /^([a-z][a-z\d+.-]*:)?\/\//i.test(url);
}

/**
 * The absolute URL of a path, an IRI or an absolute URL of a tenant, normalised where need be; `undefined` when it
 * leads outside. Plain paths, which almost all are, cost no parsing.
 */
export function resolveApiUrl(url: string, tenant: Tenant): string | undefined {
  const root = chainRoot(tenant);
  if (isAbsolute(url)) return within(root, url);
  const joined = join(root, tenant.clientToken, url);
  if (isPlainPath(url)) return joined;
  return isTidyPath(url) ? normalisedWithin(root, joined) : undefined;
}

/** An absolute URL if it lies below this root, normalised where need be; else `undefined`. */
export function within(root: string, url: string): string | undefined {
  return isWrittenBelow(root, url) ? url : normalisedWithin(root, url);
}

/** Whether a URL reads as one below this root to everybody, normalised or not: nothing needs to be parsed then. */
export function isWrittenBelow(root: string, url: string): boolean {
  return isBelow(root, url) && isPlainPath(url, root.length);
}

/** The URL, normalised as the request will be, if it lies below this root; else `undefined`. */
export function normalisedWithin(root: string, url: string): string | undefined {
  const parsed = parseUrl(url);
  if (parsed === undefined || !isBelow(root, parsed.href)) return undefined;
  return climbsWhenDecoded(parsed.pathname) ? undefined : parsed.href;
}

/** An absolute URL, parsed. Not by way of `URL.canParse`: once optimised, Node 20's refuses hosts with umlauts. */
export function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
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

const SLASH = 47;
const DOT = 46;

function endsSegment(text: string, at: number): boolean {
  if (at >= text.length) return true;
  const code = text.charCodeAt(at);
  return code === SLASH || code === 63 /* ? */ || code === 35; /* # */
}

/**
 * Whether a path means the same to everybody as it stands: letters, digits, `-`, `_`, `~` and single slashes, and
 * dots that do not begin a segment. What comes after a `?` does not matter.
 * @param start - Where the path begins in the URL.
 */
function isPlainPath(url: string, start = 0): boolean {
  let previous = SLASH;
  for (let at = start; at < url.length; at += 1) {
    const code = url.charCodeAt(at);
    if (code === 63 /* ? */) return true;
    const opensSegment = previous === SLASH && at > start;
    if (code === SLASH ? opensSegment : code === DOT ? previous === SLASH : !isPlainCharacter(code))
      return false;
    previous = code;
  }
  return true;
}

/** Without what `new URL` repairs in silence and nobody means: a scheme without slashes, backslashes, line breaks. */
function isTidyPath(url: string): boolean {
  return !/^https?:|^[^?#]*[\\\t\r\n]/i.test(url);
}

function isPlainCharacter(code: number): boolean {
  const letter = code | 32;
  if ((letter >= 97 && letter <= 122) || (code >= 48 && code <= 57)) return true;
  return code === 45 /* - */ || code === 95 /* _ */ || code === 126; /* ~ */
}

/**
 * Whether a server that decodes a path before it resolves it would climb: `%2e%2e%2f`, `..%5c`, twice encoded dots,
 * and dots with path parameters (`..;x`).
 */
function climbsWhenDecoded(pathname: string): boolean {
  let decoded = pathname;
  for (let round = 0; round < 3 && decoded.includes('%'); round += 1) {
    decoded = decoded.replace(/%(25|2e|2f|5c)/gi, (_escape, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return decoded.split(/[/\\]/).some((segment) => /^\.\.(?:;|$)/.test(segment));
}
