import type { Surface } from '../journal/journal-entry.js';

/** What a path says about its request. */
export interface RequestPath {
  /** Without the query. */
  readonly path: string;
  /** Path and query without the environment prefix; absent when the path does not begin with it. */
  readonly target?: string;
  readonly surface: Surface;
  /** The segment where a chain's code belongs, be it one or not. */
  readonly clientToken?: string;
}

const TOKEN_PATH = /(?:^|\/([^/]+))\/oauth\/v2\/token\/?$/;

/** Reads a request's URL. `prefix` is empty or begins with a slash. */
export function readPath(url: string, prefix: string): RequestPath {
  const path = url.split('?', 1)[0] ?? '';
  const inside = path === prefix || path.startsWith(`${prefix}/`);
  const rest = inside ? path.slice(prefix.length) : path;
  const token = TOKEN_PATH.exec(rest);
  const clientToken = token ? token[1] : rest.split('/', 2)[1];
  return {
    path,
    ...(inside ? { target: url.slice(prefix.length) || '/' } : {}),
    surface: token ? 'token' : 'api',
    ...(clientToken === undefined ? {} : { clientToken }),
  };
}
