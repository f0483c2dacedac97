import type { AxiosHeaders, AxiosRequestConfig } from 'axios';

import { Hop, type HopTarget } from './hop.js';

/** How many redirects are followed unless the caller says otherwise: what `follow-redirects` does. */
const DEFAULT_MAX_REDIRECTS = 21;

const CONFIDENTIAL = /^(?:authorization|proxy-authorization|cookie)$/i;
const NOT_ACROSS_ORIGINS = /^(?:authorization|cookie)$/i;

type Headers = Record<string, string | string[]>;

/** The options of the next request as `beforeRedirect` gets them, to be changed by it. */
interface RedirectOptions extends Record<string, unknown> {
  protocol: string;
  hostname: string;
  port: number | '';
  path: string;
  method: string;
  headers: Headers;
  auth?: string;
}

/** An answer that leads elsewhere. */
export class Redirection {
  constructor(
    readonly status: number,
    readonly headers: AxiosHeaders,
    readonly location: string,
  ) {}
}

/** The way of `follow-redirects` to say that it cannot go on. */
export class RedirectionError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = `Error [${code}]`;
  }
}

/** Where an answer leads to, if this is one that is followed. */
export function redirectionOf(status: number, headers: AxiosHeaders): Redirection | undefined {
  if (status < 300 || status >= 400) return undefined;
  const { location } = headers as { location?: unknown };
  return typeof location === 'string' && location !== ''
    ? new Redirection(status, headers, location)
    : undefined;
}

/**
 * The request that follows a redirect, by the rules of `follow-redirects` and axios.
 * @param count - How many redirects there were, this one included.
 * @param first - The request that the caller made: its basic authorization is for its origin.
 * @throws RedirectionError
 */
export function nextHop(
  hop: Hop,
  redirection: Redirection,
  config: AxiosRequestConfig,
  count: number,
  first: Hop,
): Hop {
  if (count > (config.maxRedirects || DEFAULT_MAX_REDIRECTS)) {
    throw new RedirectionError('ERR_FR_TOO_MANY_REDIRECTS', 'Maximum number of redirects exceeded');
  }
  try {
    return follow(hop, redirection, config, first);
  } catch (cause) {
    const message = `Redirected request failed: ${(cause as Error).message}`;
    throw new RedirectionError('ERR_FR_REDIRECTION_FAILURE', message, { cause });
  }
}

function follow(
  hop: Hop,
  { status, headers: answered, location }: Redirection,
  config: AxiosRequestConfig,
  first: Hop,
): Hop {
  const content = Hop.content(hop);
  const from = Hop.target(hop);
  const headers = headersOf(content.lines);
  const sent: Headers = { Host: hop.getHeader('host') ?? from.authority, ...headers };
  const becomesGet = changesMethod(status, content.method);
  if (becomesGet) drop(/^content-/i, headers);
  const host = drop(/^host$/i, headers) ?? from.authority;
  // A relative redirect stays with the host that the caller named.
  const { auth } = Hop.content(first);
  const base = /^\w+:/.test(location) ? Hop.url(hop) : `${from.protocol}//${host}${from.path}`;
  const url = new URL(location, base);
  dropConfidential(headers, url, from, host);
  drop(/^proxy-authorization$/i, headers);
  if (url.origin !== originOf(base)) drop(NOT_ACROSS_ORIGINS, headers);
  const options: RedirectOptions = {
    ...spread(url),
    method: becomesGet ? 'GET' : content.method,
    headers,
    maxRedirects: config.maxRedirects || DEFAULT_MAX_REDIRECTS,
    ...(auth !== undefined && url.origin === originOf(Hop.url(first)) ? { auth } : {}),
  };
  const details = { headers: { ...answered.toJSON() } as Record<string, string>, statusCode: status };
  config.beforeRedirect?.(options, details, {
    url: base,
    method: content.method,
    headers: sent as Record<string, string>,
  });
  return hopOf(options, becomesGet ? undefined : content.body);
}

function changesMethod(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

/** Not to a less secure protocol, nor to a host that is not below the one that they were for. */
function dropConfidential(headers: Headers, url: URL, from: HopTarget, host: string): void {
  const isDowngrade = url.protocol !== from.protocol && url.protocol !== 'https:';
  const leaves = url.host !== host && !url.host.endsWith(`.${host}`);
  if (isDowngrade || leaves) drop(CONFIDENTIAL, headers);
}

/** Deletes the headers of these names, and tells the last one's value. */
function drop(names: RegExp, headers: Headers): string | undefined {
  let last: string | string[] | undefined;
  for (const name of Object.keys(headers)) {
    if (!names.test(name)) continue;
    last = headers[name];
    Reflect.deleteProperty(headers, name);
  }
  return last === undefined ? undefined : String(last).trim();
}

function spread(url: URL): Pick<RedirectOptions, 'protocol' | 'hostname' | 'port' | 'path'> {
  const { host, href, pathname, protocol, search, hash } = url;
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? '' : Number(url.port);
  const rest = { host, href, pathname, search, hash };
  return { ...rest, protocol, hostname, port, path: pathname + search };
}

function hopOf(options: RedirectOptions, body: Buffer | undefined): Hop {
  const { protocol, hostname, port, path, method, headers, auth } = options;
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`Unsupported protocol ${protocol}`);
  const name = hostname.includes(':') ? `[${hostname}]` : hostname;
  const authority = port === '' || port === undefined ? name : `${name}:${port}`;
  const lines = Object.entries(headers).flatMap(([key, value]) =>
    [value].flat().flatMap((one) => [key, String(one)]),
  );
  return new Hop({ protocol, authority, path }, { method, lines, auth, body });
}

function headersOf(lines: readonly string[]): Headers {
  const headers = Object.create(null) as Headers;
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const value = lines[i + 1] as string;
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

function originOf(url: string): string {
  return new URL(url).origin;
}
