import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import {
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  isAxiosError,
  isCancel,
} from 'axios';

import { OurHeaders } from '../../libs/resamania-auth/src/http/call/api-headers.js';
import { SentRequest } from '../../libs/resamania-auth/src/http/call/sent-request.js';
import type { Recorded } from './recording-server.js';

/** Headers that undici writes itself: in lower case, and in a place of its own. */
const WRITTEN_BY_THE_TRANSPORT = new Set(['host', 'connection', 'content-length']);

/** All that a caller can see of a call, in a form that can be compared. */
export async function outcome(http: AxiosInstance, config: AxiosRequestConfig): Promise<object> {
  try {
    return await shown(await http.request(config));
  } catch (error) {
    return failure(error);
  }
}

/** What arrived: the headers as they were written, but for those that the transport adds by itself. */
export function wire({ method, path, rawHeaders, body }: Recorded): object {
  const pairs = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as const] : [],
  );
  const isOwn = ([name]: readonly [string, string]) => WRITTEN_BY_THE_TRANSPORT.has(name.toLowerCase());
  const own = pairs.filter(isOwn).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = pairs.filter((pair) => !isOwn(pair)).map(([name, value]) => `${name}: ${value}`);
  return { method, path, headers, own: Object.fromEntries(own) as object, body: body.toString('latin1') };
}

async function shown(response: AxiosResponse<unknown>): Promise<object> {
  const { data } = response;
  return { ...described(response), data: data instanceof Readable ? await streamed(data) : data };
}

async function streamed(stream: Readable): Promise<object> {
  try {
    return { streamed: await text(stream) };
  } catch (error) {
    return { streamError: failure(error) };
  }
}

function failure(error: unknown): object {
  const { name, message, code } = error as { name: string; message: string; code?: string };
  if (!isAxiosError(error)) return { name, message, code, isAxiosError: false };
  const { response, status, request, config } = error;
  return {
    name,
    message,
    code,
    status,
    isAxiosError: true,
    isCancel: isCancel(error),
    keys: Object.keys(error).toSorted(),
    hasRequest: request !== undefined,
    configHeaders: config && { ...config.headers.toJSON() },
    ...(response && { response: { ...described(response), data: response.data as unknown } }),
  };
}

function described(response: AxiosResponse<unknown>): object {
  const { status, statusText, config } = response;
  const headers: Record<string, unknown> = { ...response.headers };
  Reflect.deleteProperty(headers, 'date');
  const request = new SentRequest(response.request as object, new OurHeaders('X-Gravitee-Api-Key'));
  const { method, protocol, host, path, res } = request;
  return {
    status,
    statusText,
    headers,
    headersKind: response.headers.constructor.name,
    keys: Object.keys(response).toSorted(),
    configHeaders: { ...config.headers.toJSON() },
    // Credentials do not come back in the URL of an answer; with Node's client they do.
    responseUrl: res?.responseUrl?.replace(/\/\/.*@/, '//'),
    sent: { statusCode: res?.statusCode, statusMessage: res?.statusMessage },
    request: { method, protocol, host, path, headers: { ...request.getHeaders() } },
  };
}
