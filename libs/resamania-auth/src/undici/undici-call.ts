import {
  AxiosError,
  type AxiosResponse,
  CanceledError,
  type CancelToken,
  type InternalAxiosRequestConfig,
} from 'axios';

import type { Dialler } from './dialler.js';
import { Exchange, type Progress } from './exchange.js';
import { Hop } from './hop.js';
import { nextHop, Redirection } from './redirection.js';

type Stop = (reason?: unknown) => void;

/** The part of axios' cancel token that its types leave out. */
interface Subscribable {
  subscribe(listener: Stop): void;
  unsubscribe(listener: Stop): void;
}

/** A call from its first request to the answer that no redirect follows, with its time-out and its cancellation. */
export class UndiciCall implements Progress {
  readonly config: InternalAxiosRequestConfig;
  readonly #first: Hop;
  #hop: Hop;
  #exchange: Exchange | undefined;
  #stopped: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onCancel: Stop | undefined;
  #hasResponse = false;

  constructor(config: InternalAxiosRequestConfig, first: Hop) {
    this.config = config;
    this.#first = first;
    this.#hop = first;
    const { timeout } = config;
    if (timeout !== undefined && timeout > 0) this.#timer = setTimeout(() => this.#timedOut(), timeout);
    if (config.cancelToken || config.signal) this.#listen();
  }

  /**
   * @throws AxiosError
   * @throws Refusal if nothing was sent
   */
  async run(dialler: Dialler): Promise<AxiosResponse> {
    try {
      const response = await this.#answer(dialler);
      if (this.config.responseType !== 'stream') this.ended();
      return settled(response);
    } catch (error) {
      this.ended();
      throw error;
    }
  }

  responded(): void {
    this.#hasResponse = true;
    this.#timer?.refresh();
  }

  progressed(): void {
    this.#timer?.refresh();
  }

  ended(): void {
    clearTimeout(this.#timer);
    const onCancel = this.#onCancel;
    if (onCancel === undefined) return;
    this.#onCancel = undefined;
    const { cancelToken, signal } = this.config;
    if (cancelToken) subscribable(cancelToken).unsubscribe(onCancel);
    signal?.removeEventListener?.('abort', onCancel);
  }

  async #answer(dialler: Dialler): Promise<AxiosResponse> {
    for (let redirects = 1; ; redirects += 1) {
      if (this.#stopped !== undefined) throw this.#stopped;
      const exchange = new Exchange(this, this.#hop);
      this.#exchange = exchange;
      dialler.dispatch(Hop.origin(this.#hop), Hop.dispatchOptions(this.#hop), exchange);
      const answer = await exchange.answer;
      if (!(answer instanceof Redirection)) return answer;
      this.#follow(answer, redirects);
    }
  }

  #follow(redirection: Redirection, count: number): void {
    try {
      this.#hop = nextHop(this.#hop, redirection, this.config, count, this.#first);
    } catch (error) {
      throw AxiosError.from(error as Error, undefined, this.config, this.#hop);
    }
  }

  #listen(): void {
    const onCancel: Stop = (reason) => this.#stop(this.#cancellation(reason));
    this.#onCancel = onCancel;
    const { cancelToken, signal } = this.config;
    if (cancelToken) subscribable(cancelToken).subscribe(onCancel);
    if (signal?.aborted) onCancel();
    else signal?.addEventListener?.('abort', onCancel);
  }

  /** A token tells its own reason, a signal hands over an event. */
  #cancellation(reason: unknown): Error {
    return isReason(reason) ? reason : new CanceledError(undefined, this.config, this.#hop);
  }

  #timedOut(): void {
    const { maxRedirects, responseType } = this.config;
    if (!this.#hasResponse) this.#stop(this.#timeoutError());
    else if (maxRedirects === 0) {
      // A request that follows no redirects is Node's own, which leaves a stream that was handed over alone.
      if (responseType !== 'stream') this.#stop(this.#timeoutError());
    }
    // After the headers it is the connection that Node gives up when nothing comes.
    else this.#exchange?.truncate();
  }

  #timeoutError(): AxiosError {
    const { timeout, timeoutErrorMessage, transitional } = this.config;
    const code = transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED;
    const message = timeoutErrorMessage || `timeout of ${timeout}ms exceeded`;
    return new AxiosError(message, code, this.config, this.#hop);
  }

  #stop(error: Error): void {
    this.#stopped ??= error;
    this.#exchange?.stop(error);
  }
}

function isReason(reason: unknown): reason is Error {
  return typeof reason === 'object' && reason !== null && !('type' in reason);
}

function subscribable(token: CancelToken): Subscribable {
  return token as unknown as Subscribable;
}

/** What axios does with an answer whose status the caller does not accept. */
function settled(response: AxiosResponse): AxiosResponse {
  const { status, config, request } = response;
  const { validateStatus } = config;
  if (!status || !validateStatus || validateStatus(status)) return response;
  const code = status >= 400 && status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
  throw new AxiosError(`Request failed with status code ${status}`, code, config, request, response);
}
