import axios, { type AxiosHeaders } from 'axios';

// oxlint-disable-next-line import/no-named-as-default-member -- not all types of axios have the named export
const USER_AGENT = `axios/${axios.VERSION}`;

/** What is allowed in a header on the wire; spaces and tabs only inside. */
const CLEAN = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

const UNCLEAN = /[^\t\x20-\x7e\x80-\xff]+/g;

/** What the adapter adds to the caller's headers. */
export interface HeaderDefaults {
  readonly acceptEncoding: string;
  readonly contentLength: number | undefined;
  /** Whether the URL or the `auth` option stand in for the caller's authorization. */
  readonly hasAuth: boolean;
}

type HeaderBag = Record<string, unknown>;

/**
 * The headers as they go out, names and values in turn. As with axios' own adapter, the headers of the config end up
 * with what was added.
 * @returns `undefined` if undici would not send them the way Node does.
 */
export function headerLines(headers: AxiosHeaders, defaults: HeaderDefaults): string[] | undefined {
  if (defaults.hasAuth) headers.delete('authorization');
  const bag = headers as unknown as HeaderBag;
  const lines: string[] = [];
  const names: string[] = [];
  for (const name of Object.keys(bag)) {
    const value = bag[name];
    if (value === undefined) continue;
    const lower = name.toLowerCase();
    // Two spellings of a name: as many headers as a direct assignment made, and one on the wire.
    if (names.includes(lower)) return headerLines(headers.normalize(false), defaults);
    names.push(lower);
    if (value === null || value === false) continue;
    if (lower === 'connection' && !isPlainConnection(value)) return undefined;
    if (typeof value !== 'string' && !Array.isArray(value)) bag[name] = String(value);
    pushLines(lines, name, value);
  }
  return withDefaults(lines, names, headers, defaults);
}

function withDefaults(
  lines: string[],
  names: readonly string[],
  headers: AxiosHeaders,
  { acceptEncoding, contentLength }: HeaderDefaults,
): string[] | undefined {
  const add = (name: string, value: string) => {
    (headers as unknown as HeaderBag)[name] = value;
    lines.push(name, value);
  };
  if (!names.includes('user-agent')) add('User-Agent', USER_AGENT);
  // A length without a body is not for undici to send.
  if (names.includes('content-length')) {
    if (contentLength === undefined) return undefined;
  } else if (contentLength !== undefined) add('Content-Length', `${contentLength}`);
  if (!names.includes('accept-encoding')) add('Accept-Encoding', acceptEncoding);
  return lines;
}

function pushLines(lines: string[], name: string, value: unknown): void {
  if (Array.isArray(value)) for (const one of value) lines.push(name, cleaned(one));
  else lines.push(name, cleaned(value));
}

function cleaned(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value);
  return CLEAN.test(text) ? text : text.replace(UNCLEAN, '').replace(/^[\t ]+|[\t ]+$/g, '');
}

/** undici understands these two, and drops what else there may be. */
function isPlainConnection(value: unknown): boolean {
  return typeof value === 'string' && /^(?:close|keep-alive)$/i.test(value);
}
