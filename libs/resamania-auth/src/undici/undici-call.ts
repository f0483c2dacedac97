import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';

import {
  AxiosError,
  type AxiosHeaders,
  type AxiosResponse,
  CanceledError,
  type CancelToken,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { Dispatcher } from 'undici';

import { accepted, decoderFor, type NewDecoder, nodeHeaders, textOf } from './answer.js';
import { aborted, isCutOff, isRefusal, nodeError } from './node-error.js';
import { PlainRequest } from './plain-request.js';

type Controller = Dispatcher.DispatchController;
type OnCancel = (reason?: unknown) => void;
/** With what axios' types leave out. */
type Token = CancelToken & Record<'subscribe' | 'unsubscribe', (listener: OnCancel) => void>;

/** One request and its answer, as undici reports on them. It settles once; what comes after that is ignored. */
export class UndiciCall implements Dispatcher.DispatchHandler {
  readonly #config: InternalAxiosRequestConfig;
  readonly #request: PlainRequest;
  /** Gone once it was called. */
  #settle: ((answer: AxiosResponse | Error | undefined) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #controller: Controller | undefined;
  #response: AxiosResponse | undefined;
  #newDecoder: NewDecoder | undefined;
  #decoder: Transform | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(config: InternalAxiosRequestConfig, request: PlainRequest) {
    this.#config = config;
    this.#request = request;
  }

  /**
   * @returns `undefined` when axios' own adapter is to send the request: undici refused it, or it was redirected
   * @throws AxiosError
   */
  async send(dispatcher: Dispatcher): Promise<AxiosResponse | undefined> {
    const { timeout } = this.#config;
    const answered = new Promise<AxiosResponse | Error | undefined>((resolve) => {
      this.#settle = resolve;
    });
    const stopListening = this.#listen();
    if (timeout) this.#timer = setTimeout(() => this.#timedOut(), timeout);
    try {
      if (this.#settle !== undefined) this.#dispatch(dispatcher);
      const answer = await answered;
      if (answer instanceof Error) throw answer;
      return answer && accepted(answer);
    } finally {
      clearTimeout(this.#timer);
      stopListening();
    }
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#settle === undefined) controller.abort(new Error('aborted'));
  }

  onResponseStart(_: Controller, status: number, headers: IncomingHttpHeaders, statusText = ''): void {
    if (status < 200 || this.#settle === undefined) return;
    this.#timer?.refresh();
    const { maxRedirects } = this.#config;
    if (maxRedirects !== 0 && status >= 300 && status < 400 && headers.location) return this.#stop(undefined);
    const url = `${PlainRequest.messageOf(this.#request).origin}${this.#request.path}`;
    const responseUrl = maxRedirects === 0 ? undefined : url;
    this.#request.res = { statusCode: status, statusMessage: statusText, responseUrl };
    this.#begin(status, statusText, nodeHeaders(headers));
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#settle === undefined) return;
    this.#timer?.refresh();
    if (this.#newDecoder === undefined) return this.#take(chunk);
    this.#decoder ??= this.#decodeFrom(this.#newDecoder(chunk));
    if (this.#decoder.write(chunk)) return;
    controller.pause();
    this.#decoder.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    if (this.#decoder === undefined) this.#finish();
    else this.#decoder.end();
  }

  onResponseError(_: Controller | undefined, error: Error): void {
    if (this.#controller === undefined && isRefusal(error)) this.#stop(undefined);
    else if (this.#response !== undefined && isCutOff(error)) this.#cutOff();
    else this.#fail(nodeError(error));
  }

  #dispatch(dispatcher: Dispatcher): void {
    try {
      dispatcher.dispatch(PlainRequest.messageOf(this.#request), this);
    } catch (error) {
      this.onResponseError(undefined, error as Error);
    }
  }

  #begin(status: number, statusText: string, headers: AxiosHeaders): void {
    const newDecoder = decoderFor(headers.get('content-encoding'));
    const isHead = this.#request.method === 'HEAD';
    if (newDecoder !== undefined || isHead || status === 204) headers.delete('content-encoding');
    this.#newDecoder = newDecoder;
    const [config, request] = [this.#config, this.#request];
    this.#response = { status, statusText, headers, config, request } as AxiosResponse;
    // These end with their headers, whatever length those speak of: undici would wait for that many bytes.
    if (isHead || status === 204 || status === 304) this.#finish();
  }

  #decodeFrom(decoder: Transform): Transform {
    decoder.on('data', (chunk: Buffer) => this.#take(chunk));
    decoder.once('end', () => this.#finish());
    decoder.on('error', (error) => this.#fail(error, this.#response));
    return decoder;
  }

  #take(chunk: Buffer): void {
    const { maxContentLength = -1 } = this.#config;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (maxContentLength > -1 && this.#size > maxContentLength) {
      const message = `maxContentLength size of ${maxContentLength} exceeded`;
      this.#stop(this.#error(message, AxiosError.ERR_BAD_RESPONSE));
    }
  }

  #finish(): void {
    if (this.#response === undefined || this.#settle === undefined) return;
    const [first] = this.#chunks;
    const bytes = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#response.data = this.#config.responseType === 'arraybuffer' ? bytes : textOf(bytes);
    this.#end(this.#response);
  }

  #listen(): () => void {
    const config = this.#config;
    const { signal } = config;
    const token = config.cancelToken as Token | undefined;
    // A token hands over its reason, a signal an event.
    const cancel: OnCancel = (reason) =>
      this.#stop(reason instanceof Error ? reason : new CanceledError(undefined, config, this.#request));
    token?.subscribe(cancel);
    if (signal?.aborted) cancel();
    else signal?.addEventListener?.('abort', cancel);
    return () => {
      token?.unsubscribe(cancel);
      signal?.removeEventListener?.('abort', cancel);
    };
  }

  /** Once an answer has begun, axios' own adapter that may follow redirects has Node give up the connection. */
  #timedOut(): void {
    const { maxRedirects, timeout, timeoutErrorMessage, transitional } = this.#config;
    const code = transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED;
    if (this.#response !== undefined && maxRedirects !== 0) this.#cutOff();
    else this.#stop(this.#error(timeoutErrorMessage || `timeout of ${timeout}ms exceeded`, code));
  }

  #cutOff(): void {
    if (this.#newDecoder !== undefined) this.#fail(aborted(), this.#response);
    else this.#stop(this.#error('stream has been aborted', AxiosError.ERR_BAD_RESPONSE, this.#response));
  }

  /** To axios what breaks while it is decoded is a matter of the answer, everything else one of the request. */
  #fail(cause: Error, response?: AxiosResponse): void {
    this.#stop(AxiosError.from(cause, undefined, this.#config, this.#request, response));
  }

  #error(message: string, code: string, response?: AxiosResponse): AxiosError {
    return new AxiosError(message, code, this.#config, this.#request, response);
  }

  /** Ends it before the answer is whole. A request without a connection is given up as soon as it has one. */
  #stop(answer: Error | undefined): void {
    this.#end(answer);
    this.#decoder?.destroy();
    this.#controller?.abort(new Error('aborted'));
  }

  #end(answer: AxiosResponse | Error | undefined): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(answer);
  }
}
