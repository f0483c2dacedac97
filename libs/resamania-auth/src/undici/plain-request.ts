import axios, { Axios, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';

type Allows = (value: unknown) => boolean;

const number: Allows = (value) => typeof value === 'number';
const string: Allows = (value) => typeof value === 'string';
const nothingOr =
  (method: string): Allows =>
  (value) =>
    !value || typeof Reflect.get(Object(value) as object, method) === 'function';

/** What a plain request may have in its config. Any key may be `undefined`. */
const PLAIN: ReadonlyMap<string, Allows> = new Map<string, Allows>([
  ['method', (value) => /^(?:get|head|post|put|patch|delete)$/i.test(String(value))],
  ['url', string],
  ['baseURL', string],
  ['headers', (value) => value !== null],
  ['data', (value) => !value || typeof value === 'string' || (Buffer.isBuffer(value) && value.length > 0)],
  ['maxBodyLength', number],
  ['maxContentLength', number],
  ['maxRedirects', number],
  ['timeout', (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31],
  ['signal', nothingOr('addEventListener')],
  ['cancelToken', nothingOr('subscribe')],
  ['proxy', (value) => value === false],
  ['httpVersion', (value) => value === 1],
  ['decompress', (value) => value === true],
  ['responseType', (value) => value === 'json' || value === 'text' || value === 'arraybuffer'],
  ['responseEncoding', (value) => value === 'utf8'],
  ['transitional', (value) => isPlain(Object(value) as object, TRANSITIONAL)],
  ...anyOf('allowAbsoluteUrls params paramsSerializer timeoutErrorMessage validateStatus'),
  // Read before and after the adapter, or by adapters for something else than Node's client.
  ...anyOf('adapter beforeRedirect env fetchOptions formSerializer parseReviver redact resamania'),
  ...anyOf('transformRequest transformResponse withCredentials withXSRFToken xsrfCookieName xsrfHeaderName'),
]);

const TRANSITIONAL: ReadonlyMap<string, Allows> = new Map<string, Allows>([
  ...anyOf('clarifyTimeoutError encodeBasicAuthUsername forcedJSONParsing silentJSONParsing'),
  ...anyOf('legacyInterceptorReqResOrdering validateStatusUndefinedResolves'),
  ['advertiseZstdAcceptEncoding', (value) => value === false],
]);

/** Headers that frame a message or a connection: undici writes its own, or refuses them. */
const FRAMING = /^(?:connection|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;
/** What Node refuses in a path. */
const INVALID_PATH = /[^\u0021-\u00ff]/;

/** Without defaults: it joins a URL or a path with what belongs to it, and nothing else. */
const plainAxios = new Axios({});

// oxlint-disable-next-line import/no-named-as-default-member -- not all types of axios have the named export
const USER_AGENT = `axios/${axios.VERSION}`;
const ACCEPT_ENCODING = 'gzip, compress, deflate, br';

type Headers = Readonly<Record<string, string>>;

/** What is sent, in the form that undici takes. */
type Message = Dispatcher.DispatchOptions & { readonly headers: Headers };

/** A request that is under way: what `request` is in its response or error. Shows what Node's request object would. */
export class PlainRequest {
  /** Set when the answer begins. */
  res: { statusCode: number; statusMessage: string; responseUrl: string | undefined } | undefined = undefined;
  readonly #url: URL;
  readonly #message: Message;

  constructor(url: URL, message: Message) {
    this.#url = url;
    this.#message = message;
  }

  get method(): string {
    return this.#message.method;
  }

  get protocol(): string {
    return this.#url.protocol;
  }

  get host(): string {
    return this.#url.hostname.replace(/^\[|\]$/g, '');
  }

  get path(): string {
    return this.#message.path;
  }

  /** The headers that go out, names in lower case. */
  getHeaders(): Record<string, string> {
    const headers = Object.entries(this.#message.headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { host: this.#url.host, ...(Object.fromEntries(headers) as Record<string, string>) };
  }

  /** Not members: whoever holds a response needs neither the body nor the credentials. */
  static messageOf(request: PlainRequest): Message {
    return request.#message;
  }
}

/**
 * The request that a config asks for.
 * @returns `undefined` unless undici sends it as axios' own adapter would. What is wrong with a config is also left to that
 * adapter, which knows how to say it.
 */
export function plainRequest(config: InternalAxiosRequestConfig): PlainRequest | undefined {
  if (!isPlain(config, PLAIN)) return undefined;
  const { data, maxRedirects, maxBodyLength = -1 } = config;
  const method = (config.method ?? 'get').toUpperCase();
  const body = data ? bytesOf(data as string | Buffer) : null;
  // Only what is safe may be sent once more, when it turns out to be redirected.
  const isSafe = method === 'GET' || method === 'HEAD';
  if (isSafe ? body !== null : maxRedirects !== 0) return undefined;
  if (body !== null && maxBodyLength > -1 && body.length > maxBodyLength) return undefined;
  const target = targetOf(config);
  const headers = target && headersOf(config, body);
  if (target === undefined || headers === undefined) return undefined;
  const { url, path } = target;
  // undici would end the connection after a HEAD; time limits are the caller's to set.
  const ours = { reset: false, headersTimeout: 0, bodyTimeout: 0 };
  return new PlainRequest(url, { origin: url.origin, path, method, headers, body, ...ours } as Message);
}

/** Inherited keys too: axios reads those of a prototype, except for those that somebody put on that of all objects. */
function isPlain(config: object, allowed: ReadonlyMap<string, Allows>): boolean {
  for (const key in config) {
    const value: unknown = Reflect.get(config, key);
    if (value !== undefined && !(Object.hasOwn(config, key) && allowed.get(key)?.(value) === true))
      return false;
  }
  return true;
}

function bytesOf(data: string | Buffer): Buffer {
  return typeof data === 'string' ? Buffer.from(data) : data;
}

function anyOf(keys: string): [string, Allows][] {
  return keys.split(' ').map((key) => [key, () => true]);
}

/** The parameters join after the URL was parsed: their escapes are axios' own. */
function targetOf(config: InternalAxiosRequestConfig): { url: URL; path: string } | undefined {
  const { baseURL, url = '', allowAbsoluteUrls = true, paramsSerializer } = config;
  const params: unknown = config.params;
  try {
    const full = baseURL ? plainAxios.getUri({ baseURL, url, allowAbsoluteUrls }) : url;
    const parsed = new URL(full);
    const own = parsed.pathname + parsed.search;
    const serializer = paramsSerializer && { paramsSerializer };
    const path = params ? plainAxios.getUri({ url: own, params, ...serializer }) : own;
    // What has no slashes after its protocol is an error to axios.
    const isWhole = /^\s*https?:\/\//i.test(full) && !parsed.username && !parsed.password;
    return isWhole && !INVALID_PATH.test(path) ? { url: parsed, path } : undefined;
  } catch {
    return undefined;
  }
}

/** The headers on the wire. As with axios' own adapter, the config's end up with what is added here. */
function headersOf(config: InternalAxiosRequestConfig, body: Buffer | null): Headers | undefined {
  const headers = AxiosHeaders.from(config.headers);
  const sent = Object.create(null) as Record<string, string>;
  const names = new Set<string>();
  for (const [name, value] of Object.entries(headers) as [string, unknown][]) {
    if (value === undefined) continue;
    const lower = name.toLowerCase();
    if (names.has(lower) || FRAMING.test(lower) || !HEADER_NAME.test(name)) return undefined;
    names.add(lower);
    if (value === null || value === false) continue;
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) return undefined;
    if (lower === 'content-length' && value !== `${body?.length}`) return undefined;
    sent[name] = value;
  }
  const missing = [
    ['User-Agent', USER_AGENT],
    ['Content-Length', body && `${body.length}`],
    ['Accept-Encoding', ACCEPT_ENCODING],
  ] as const;
  for (const [name, value] of missing) {
    if (value === null || names.has(name.toLowerCase())) continue;
    headers.set(name, value);
    sent[name] = value;
  }
  return sent;
}
