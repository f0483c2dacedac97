import http from 'node:http';
import https from 'node:https';

import { type AxiosAdapter, type AxiosResponse, getAdapter, type InternalAxiosRequestConfig } from 'axios';
import { Agent, Dispatcher, getGlobalDispatcher } from 'undici';

import { plainRequest } from './plain-request.js';
import { UndiciCall } from './undici-call.js';

/** An axios adapter on undici's connections. */
export interface UndiciAdapter extends AxiosAdapter {
  /** Closes the connections once the calls under way have ended. Later calls go to axios' own adapter. */
  close(): Promise<void>;
}

/** Options of `undiciAdapter()`. */
export interface UndiciAdapterOptions {
  /**
   * What sends the requests: an `Agent` with limits or TLS settings, a `MockAgent` in tests. `close()` closes it.
   * @default undici's global dispatcher where the application has set one, looked up at every request; else an `Agent` of
   * its own
   */
  readonly dispatcher?: Dispatcher;
}

/**
 * An axios adapter that sends plain requests through undici, with the answers and errors of axios' own adapter. Plain is a
 * GET or HEAD, or with `maxRedirects: 0` a POST, PUT, PATCH or DELETE whose body is text or a buffer, and whose answer is
 * wanted whole. Everything else goes to axios' own adapter: a config with any key or value that is not known to be plain,
 * and every request while a proxy is set in the environment or Node's global agent is not as Node made it.
 *
 * A GET or HEAD that is answered with a redirect is sent once more, by axios' own adapter, which follows it.
 *
 * Tools that replace `node:http`, such as nock and msw, do not see what undici sends.
 */
export function undiciAdapter({ dispatcher: given }: UndiciAdapterOptions = {}): UndiciAdapter {
  const sendByAxios = getAdapter('http');
  const own = given ?? new Agent();
  let closed: Promise<void> | undefined;

  const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const dispatcher = closed ? undefined : (given ?? dispatcherOr(own));
    const request = dispatcher && goesDirect(config) ? plainRequest(config) : undefined;
    if (dispatcher === undefined || request === undefined) return sendByAxios(config);
    const response = await new UndiciCall(config, request).send(dispatcher);
    return response ?? sendByAxios(config);
  };
  return Object.assign(adapter, { close: () => (closed ??= own.close()) });
}

/** The global dispatcher where the application has set one. Another copy of undici may not know our kind of handler. */
function dispatcherOr(own: Dispatcher): Dispatcher | undefined {
  const dispatcher: object = getGlobalDispatcher();
  if (isDefaultAgent(dispatcher)) return own;
  return dispatcher instanceof Dispatcher ? dispatcher : undefined;
}

/**
 * Whether this is what undici, or the copy of it in Node, has put in place by itself: an agent without any option. There is
 * no public way to tell; an agent that looks otherwise inside is considered set by the application.
 */
function isDefaultAgent(dispatcher: object): boolean {
  const symbols = Object.getOwnPropertySymbols(dispatcher);
  const hidden = (name: string): unknown =>
    Reflect.get(dispatcher, symbols.find(({ description }) => description === name) ?? Symbol(name));
  const { name, prototype } = dispatcher.constructor;
  const [options, factory] = [hidden('options'), hidden('factory')];
  if (name !== 'Agent' || !isObject(options) || typeof factory !== 'function') return false;
  // One with interceptors has a `dispatch` of its own.
  const isBare = Reflect.get(dispatcher, 'dispatch') === Reflect.get(prototype as object, 'dispatch');
  const isUnset = Object.values(options).every((value) => value === undefined || value === Infinity);
  return isBare && isUnset && factory.name === 'defaultFactory';
}

const PROXY_VARIABLES = ['http', 'https', 'all', 'npm_config', 'npm_config_http', 'npm_config_https']
  .map((name) => `${name}_proxy`)
  .flatMap((name) => [name, name.toUpperCase()]);

/** As Node makes its global agents. */
const AGENT_OPTIONS = { keepAlive: true, scheduling: 'lifo', timeout: 5000 } as const;
const DEFAULT_HTTP_AGENT = new http.Agent(AGENT_OPTIONS);
const DEFAULT_HTTPS_AGENT = new https.Agent(AGENT_OPTIONS);

/** Whether axios' own adapter would connect without a proxy and without settings of the application. */
function goesDirect({ proxy }: InternalAxiosRequestConfig): boolean {
  if (proxy !== false && PROXY_VARIABLES.some((name) => process.env[name])) return false;
  return isDefault(http.globalAgent, DEFAULT_HTTP_AGENT) && isDefault(https.globalAgent, DEFAULT_HTTPS_AGENT);
}

function isDefault(agent: http.Agent, fresh: http.Agent): boolean {
  return (
    isSame(agent, fresh) && isSame(Reflect.get(agent, 'options'), Reflect.get(fresh, 'options') as object)
  );
}

/** Whether two things are of one kind and have the same settings, apart from what an agent has under way. */
function isSame(one: unknown, other: object): boolean {
  if (!isObject(one) || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  const differs = (name: string) => {
    const values = [Reflect.get(one, name), Reflect.get(other, name)] as const;
    return values[0] !== values[1] && !values.every(isObject) && !name.endsWith('Count');
  };
  return !Object.keys(one).some(differs) && !Object.keys(other).some(differs);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
