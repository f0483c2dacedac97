import { types } from 'node:util';

import { Axios, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

import { headerLines } from './header-lines.js';
import { Hop } from './hop.js';
import { acceptEncoding } from './response-body.js';

/** What Node refuses in a path. */
const INVALID_PATH = /[^\u0021-\u00ff]/;

const METHOD = /^[A-Z]+$/;

/** Without defaults: it adds the parameters of a request to a path, and nothing else. */
const plain = new Axios({});

/**
 * The request that a config asks for.
 * @returns `undefined` for what undici cannot do, or not as axios' own adapter does; that includes what is wrong with a
 * config, which the other adapter knows how to say.
 */
export function firstHop(config: InternalAxiosRequestConfig): Hop | undefined {
  const url = absoluteUrl(config);
  const method = config.method?.toUpperCase() ?? 'GET';
  if (url === undefined || !METHOD.test(method) || method === 'CONNECT') return undefined;
  const path = pathOf(url, config);
  const body = bodyOf(config);
  if (path === undefined || body === null) return undefined;
  const { maxBodyLength } = config;
  if (body !== undefined && maxBodyLength !== undefined && isOver(body.length, maxBodyLength))
    return undefined;
  const auth = authOf(config, url);
  const lines = linesOf(config, body, auth !== undefined);
  if (lines === undefined) return undefined;
  return new Hop({ protocol: url.protocol, authority: url.host, path }, { method, lines, auth, body });
}

/** A negative limit is none. */
export function isOver(size: number, limit: number): boolean {
  return limit > -1 && size > limit;
}

function absoluteUrl(config: InternalAxiosRequestConfig): URL | undefined {
  const { baseURL, url = '', allowAbsoluteUrls } = config;
  try {
    const full = baseURL ? plain.getUri({ baseURL, url, allowAbsoluteUrls: allowAbsoluteUrls ?? true }) : url;
    const parsed = new URL(full);
    // What has no slashes after its protocol is an error to axios.
    const isHttp = parsed.protocol === 'http:' || parsed.protocol === 'https:';
    return isHttp && /^\s*https?:\/\//i.test(full) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function pathOf(url: URL, config: InternalAxiosRequestConfig): string | undefined {
  const path = withParams(url.pathname + url.search, config);
  return path === undefined || INVALID_PATH.test(path) ? undefined : path;
}

/** The parameters join after the URL was parsed: their escapes are axios' own. */
function withParams(path: string, config: InternalAxiosRequestConfig): string | undefined {
  const { params, paramsSerializer } = config;
  if (!params) return path;
  try {
    return plain.getUri({ url: path, params, ...(paramsSerializer && { paramsSerializer }) });
  } catch {
    return undefined;
  }
}

/** `undefined` is no body, `null` one for axios' own adapter: streams, forms, blobs. */
function bodyOf({ data }: InternalAxiosRequestConfig): Buffer | null | undefined {
  if (!data) return undefined;
  const body = bytesOf(data);
  // Whether a length of nothing is sent at all is a matter of the method, and not the same in Node and undici.
  return body === undefined || body.length === 0 ? null : body;
}

function bytesOf(data: unknown): Buffer | undefined {
  if (typeof data === 'string') return Buffer.from(data);
  if (Buffer.isBuffer(data)) return data;
  if (types.isArrayBuffer(data)) return Buffer.from(new Uint8Array(data));
  return undefined;
}

function authOf({ auth }: InternalAxiosRequestConfig, url: URL): string | undefined {
  if (auth) return `${auth.username || ''}:${auth.password || ''}`;
  if (url.username === '' && url.password === '') return undefined;
  return `${decoded(url.username)}:${decoded(url.password)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function linesOf(
  config: InternalAxiosRequestConfig,
  body: Buffer | undefined,
  hasAuth: boolean,
): string[] | undefined {
  const { transitional } = config as { transitional?: { advertiseZstdAcceptEncoding?: boolean } };
  return headerLines(AxiosHeaders.from(config.headers), {
    acceptEncoding: acceptEncoding(transitional?.advertiseZstdAcceptEncoding === true),
    contentLength: body?.length,
    hasAuth,
  });
}
