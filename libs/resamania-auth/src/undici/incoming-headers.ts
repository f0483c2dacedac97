import { AxiosHeaders } from 'axios';
import { util } from 'undici';

/** Headers of which Node keeps the first. */
const SINGLE: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]);

/**
 * The headers of an answer, put together as Node does.
 * @param raw - Names and values in turn.
 */
export function incomingHeaders(raw: readonly Buffer[]): AxiosHeaders {
  const headers = new AxiosHeaders();
  // Assigned instead of set: names are in lower case and values clean already, and `set` looks through all of them.
  const bag = headers as unknown as Record<string, unknown>;
  for (let i = 0; i < raw.length; i += 2) {
    const name = util.headerNameToString(raw[i] as Buffer);
    const value = (raw[i + 1] as Buffer).toString('latin1');
    const before = bag[name];
    if (before === undefined) bag[name] = name === 'set-cookie' ? [value] : value;
    else if (typeof before === 'string') bag[name] = joined(name, before, value);
    else if (Array.isArray(before)) before.push(value);
    // A name that is also one of a method of AxiosHeaders.
    else headers.set(name, value);
  }
  return headers;
}

function joined(name: string, before: string, value: string): string {
  if (SINGLE.has(name)) return before;
  return before + (name === 'cookie' ? '; ' : ', ') + value;
}
