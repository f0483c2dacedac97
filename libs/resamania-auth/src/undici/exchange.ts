import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

import { AxiosError, type AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';

import type { Caller } from './dialler.js';
import { isOver } from './first-hop.js';
import { Hop } from './hop.js';
import { incomingHeaders } from './incoming-headers.js';
import { type Redirection, redirectionOf } from './redirection.js';
import { BodyStream, decompressors, limited, through } from './response-body.js';
import { decodedBody } from './response-text.js';
import { isRefusal, wireError } from './wire-error.js';

/** Thrown for a request that was never sent: axios' own adapter is to send it. */
export class Refusal extends Error {}

/** The call that an exchange is part of. */
export interface Progress {
  readonly config: InternalAxiosRequestConfig;
  /** The answer that the caller gets has begun. */
  responded(): void;
  /** Some of its body arrived. */
  progressed(): void;
  /** A body that the caller has been given is over, in whichever way. */
  ended(): void;
}

/** One request and its answer, as undici reports on them. It settles once; what comes after that is ignored. */
export class Exchange implements Dispatcher.DispatchHandler, Caller {
  readonly answer: Promise<AxiosResponse | Redirection>;
  readonly #call: Progress;
  readonly #hop: Hop;
  readonly #scope: AsyncResource | undefined;
  readonly #chunks: Buffer[] = [];
  #settle!: (answer: AxiosResponse | Redirection) => void;
  #fail!: (error: Error) => void;
  #isSettled = false;
  #isStopped = false;
  #socket: Socket | undefined;
  #abort: (() => void) | undefined;
  #release: (() => void) | undefined;
  #response: AxiosResponse | undefined;
  #body: BodyStream | undefined;
  #handedOver: Readable | undefined;
  #size = 0;

  constructor(call: Progress, hop: Hop) {
    this.#call = call;
    this.#hop = hop;
    if (call.config.responseType === 'stream') this.#scope = new AsyncResource('UndiciExchange');
    this.answer = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
  }

  /** Ends it with this error, wherever it is. */
  stop(error: Error): void {
    const stream = this.#handedOver;
    if (stream !== undefined) stream.destroy(error);
    else this.#reject(error);
    this.#hangUp();
  }

  /** Ends it as if the other side had hung up in the middle of the body. */
  truncate(): void {
    if (this.#body === undefined) this.#reject(this.#error('stream has been aborted', this.#response));
    else this.#body.fail(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
    this.#hangUp();
  }

  dials(socket: Socket): void {
    this.#socket = socket;
  }

  leases(release: () => void): void {
    this.#release = release;
  }

  onConnect(abort: () => void): void {
    this.#abort = abort;
    this.#socket = undefined;
    if (this.#isStopped) abort();
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200) return true;
    const { config } = this.#call;
    const headers = incomingHeaders(raw);
    const redirection = config.maxRedirects === 0 ? undefined : redirectionOf(status, headers);
    const responseUrl = config.maxRedirects === 0 ? undefined : Hop.url(this.#hop);
    this.#hop.res = { statusCode: status, statusMessage: statusText, responseUrl };
    if (redirection !== undefined) {
      this.#resolve(redirection);
      this.#hangUp();
      return true;
    }
    this.#call.responded();
    this.#begin({ status, statusText, headers, config, request: this.#hop } as AxiosResponse, resume);
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#call.progressed();
    if (this.#body !== undefined) return this.#body.feed(chunk);
    this.#take(chunk);
    return true;
  }

  onComplete(): void {
    this.#over();
    if (this.#body === undefined) this.#finish();
    else this.#body.feed(null);
  }

  onError(error: Error): void {
    if (this.#abort === undefined && isRefusal(error)) this.#reject(new Refusal());
    this.#over();
    const wire = wireError(error, this.#response !== undefined);
    if (this.#body !== undefined)
      this.#body.fail(wire.isTruncation ? wire.error : wireError(error, true).error);
    else if (wire.isTruncation) this.#reject(this.#error('stream has been aborted', this.#response));
    else this.#reject(AxiosError.from(wire.error, undefined, this.#call.config, this.#hop));
  }

  #begin(response: AxiosResponse, resume: () => void): void {
    this.#response = response;
    const { decompress, responseType } = this.#call.config;
    const isStream = responseType === 'stream';
    const transforms = decompress === false ? [] : this.#undoing(response.headers as AxiosHeaders);
    if (!isStream && transforms.length === 0) return;
    const scope = this.#scope ?? new AsyncResource('UndiciExchange');
    this.#body = new BodyStream(scope, resume, () => this.#hangUp());
    const decoded = through(this.#body, transforms);
    if (isStream) this.#handOver(response, decoded);
    else this.#collect(decoded);
  }

  /** What undoes the encoding; the header that tells of it goes as axios' own adapter has it. */
  #undoing(headers: AxiosHeaders): ReturnType<typeof decompressors> {
    const encoding = (headers as { 'content-encoding'?: unknown })['content-encoding'];
    if (typeof encoding !== 'string' || encoding === '') return [];
    const hasNoBody = this.#hop.method === 'HEAD' || this.#response?.status === 204;
    const transforms = hasNoBody ? [] : decompressors(encoding);
    if (hasNoBody || transforms.length > 0) headers.delete('content-encoding');
    return transforms;
  }

  #handOver(response: AxiosResponse, decoded: Readable): void {
    const { maxContentLength = -1 } = this.#call.config;
    const stream =
      maxContentLength > -1 ? limited(decoded, maxContentLength, () => this.#tooLarge()) : decoded;
    stream.once('close', () => this.#call.ended());
    this.#handedOver = stream;
    response.data = stream;
    this.#resolve(response);
  }

  #collect(decoded: Readable): void {
    decoded.on('data', (chunk: Buffer) => this.#take(chunk));
    decoded.once('end', () => this.#finish());
    decoded.once('error', (error: Error) => {
      this.#reject(AxiosError.from(error, undefined, this.#call.config, this.#hop, this.#response));
      this.#hangUp();
    });
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (isOver(this.#size, this.#call.config.maxContentLength ?? -1)) this.stop(this.#tooLarge());
  }

  #finish(): void {
    const response = this.#response as AxiosResponse;
    try {
      response.data = decodedBody(this.#chunks, this.#call.config);
      this.#resolve(response);
    } catch (error) {
      this.#reject(AxiosError.from(error as Error, undefined, this.#call.config, this.#hop, response));
    }
  }

  #resolve(answer: AxiosResponse | Redirection): void {
    this.#isSettled = true;
    this.#settle(answer);
  }

  #reject(error: Error): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#hop.destroyed = true;
    this.#fail(error);
  }

  /** The connection is free for others. */
  #over(): void {
    this.#abort = undefined;
    this.#socket = undefined;
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  /** Gives up the connection, or the attempt to get one. */
  #hangUp(): void {
    this.#isStopped = true;
    if (this.#abort !== undefined) this.#abort();
    else this.#socket?.destroy(new Error('aborted'));
  }

  #tooLarge(): AxiosError {
    return this.#error(`maxContentLength size of ${this.#call.config.maxContentLength} exceeded`);
  }

  #error(message: string, response?: AxiosResponse): AxiosError {
    return new AxiosError(message, AxiosError.ERR_BAD_RESPONSE, this.#call.config, this.#hop, response);
  }
}
