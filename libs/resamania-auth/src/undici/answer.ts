import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

import { AxiosError, AxiosHeaders, type AxiosResponse } from 'axios';

/** Headers of which Node keeps the first. */
const SINGLE =
  /^(?:age|authorization|content-(?:length|type)|etag|expires|from|host|if-(?:un)?modified-since|last-modified|location|max-forwards|proxy-authorization|referer|retry-after|server|user-agent)$/;

/** The headers of an answer, put together as Node does. */
export function nodeHeaders(headers: IncomingHttpHeaders): AxiosHeaders {
  const joined = Object.entries(headers).map(([name, value = '']) => {
    if (name === 'set-cookie') return [name, [value].flat()];
    if (typeof value === 'string') return [name, value];
    return [name, SINGLE.test(name) ? value[0] : value.join(', ')];
  });
  return new AxiosHeaders(Object.fromEntries(joined) as Record<string, string>);
}

/** Makes what undoes a content encoding, given the first bytes. */
export type NewDecoder = (first: Buffer) => Transform;

const { Z_SYNC_FLUSH: SYNC, BROTLI_OPERATION_FLUSH: FLUSH } = zlib.constants;
const unzip: NewDecoder = () => zlib.createUnzip({ flush: SYNC, finishFlush: SYNC });

const DECODERS: ReadonlyMap<string, NewDecoder> = new Map<string, NewDecoder>([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['compress', unzip],
  ['x-compress', unzip],
  // Some servers send it without its header.
  ['deflate', (first) => (first[0] === 0x78 ? unzip(first) : zlib.createInflateRaw({ finishFlush: SYNC }))],
  ['br', () => zlib.createBrotliDecompress({ flush: FLUSH, finishFlush: FLUSH })],
]);

/** What undoes this encoding; nothing for one that is passed on as it is. */
export function decoderFor(encoding: unknown): NewDecoder | undefined {
  return typeof encoding === 'string' ? DECODERS.get(encoding.toLowerCase()) : undefined;
}

/** The text of a body, without a byte order mark. JSON is parsed later, by axios. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** @throws AxiosError for a status that the caller does not accept */
export function accepted(response: AxiosResponse): AxiosResponse {
  const { status, config, request } = response;
  const { validateStatus } = config;
  if (!validateStatus || validateStatus(status)) return response;
  const code = status >= 400 && status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
  throw new AxiosError(`Request failed with status code ${status}`, code, config, request, response);
}
