import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';

import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

import { MAX_TIMER_MS, NEVER } from '../../clock.js';
import { ResamaniaRequestError } from '../../errors.js';
import { type Listener, throwIfCancelled, UnsubscribeToken } from './cancellation.js';
import { SentRequest } from './sent-request.js';

/**
 * The API calls under way. Each ends at its time limit; those that are left when the application closes are aborted.
 *
 * One timer serves them all: most calls end long before their limit, and a timer for each would be made for nothing. It
 * is set for the limit that comes first, and left alone when that call ends.
 */
export class CallsUnderWay {
  /** In no order. Each knows its place: a `Set` would cost every call some hundredths of its time. */
  readonly #calls: CallUnderWay[] = [];
  /** The timer is nobody's own: it runs in the context that this was made in. */
  readonly #inContext = AsyncLocalStorage.snapshot();
  #limitTimer: NodeJS.Timeout | undefined;
  /** When it fires, as `performance.now()` counts. */
  #firesAt = NEVER;
  #abortTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #becameIdle: () => void = () => undefined;

  begin(config: InternalAxiosRequestConfig): CallUnderWay {
    const call = new CallUnderWay(config, this);
    if (this.#isClosed) {
      call.cancel(shuttingDown());
      return call;
    }
    call.place = this.#calls.push(call) - 1;
    if (call.endsAt < this.#firesAt) this.#fireAt(call.endsAt);
    return call;
  }

  ended(call: CallUnderWay): void {
    const { place } = call;
    if (place === undefined) return;
    call.place = undefined;
    const last = this.#calls.pop();
    if (last !== undefined && last !== call) {
      this.#calls[place] = last;
      last.place = place;
    }
    if (this.#calls.length === 0) this.#becameIdle();
  }

  /** Aborts what is still under way in so many milliseconds, and whatever comes after that. */
  abortIn(ms: number): void {
    this.#abortTimer ??= setTimeout(() => this.#abort(), ms);
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    if (this.#calls.length > 0) {
      await new Promise<void>((resolve) => {
        this.#becameIdle = resolve;
      });
    }
    clearTimeout(this.#abortTimer);
    clearTimeout(this.#limitTimer);
    this.#abort();
  }

  #fireAt(instant: number): void {
    clearTimeout(this.#limitTimer);
    this.#firesAt = instant;
    const ms = Math.min(Math.max(Math.ceil(instant - performance.now()), 0), MAX_TIMER_MS);
    this.#limitTimer = this.#inContext(() => setTimeout(() => this.#endLate(), ms));
    // A call keeps the process alive by what it waits for; its limit alone need not.
    this.#limitTimer.unref();
  }

  #endLate(): void {
    const now = performance.now();
    this.#firesAt = NEVER;
    for (const call of Array.from(this.#calls)) if (call.endsAt <= now) call.timeUp();
    const next = Math.min(...this.#calls.map(({ endsAt }) => endsAt));
    if (next < this.#firesAt) this.#fireAt(next);
  }

  #abort(): void {
    this.#isClosed = true;
    // Those that end leave the list.
    for (const call of Array.from(this.#calls)) {
      call.cancel(shuttingDown());
      call.over();
    }
  }
}

/**
 * One call, from its first wait to its answer: the token wait, redirects and the replay after a 401 share its time limit,
 * axios' `timeout`. It is the cancel token that the adapter gets, and stands for the caller's own as well.
 */
export class CallUnderWay extends UnsubscribeToken {
  /** Where the call goes, when that is known. */
  url: string | undefined;
  /** When its time is up, as `performance.now()` counts. */
  endsAt: number;
  /** Among the calls under way, as long as it is one of them. */
  place: number | undefined;
  readonly #config: InternalAxiosRequestConfig;
  readonly #calls: CallsUnderWay;

  constructor(config: InternalAxiosRequestConfig, calls: CallsUnderWay) {
    super();
    this.#config = config;
    this.#calls = calls;
    const ms = Number(config.timeout);
    this.endsAt = ms > 0 ? performance.now() + ms : NEVER;
  }

  override throwIfRequested(): void {
    super.throwIfRequested();
    throwIfCancelled(this.#config);
  }

  override subscribe(listener: Listener): void {
    super.subscribe(listener);
    this.#config.cancelToken?.subscribe(listener);
  }

  override unsubscribe(listener: Listener): void {
    super.unsubscribe(listener);
    this.#config.cancelToken?.unsubscribe(listener);
  }

  /** The call has its answer, or has failed. A body that is still on its way has no time limit, but ends with the rest. */
  over(body?: unknown): void {
    this.endsAt = NEVER;
    if (body instanceof Readable && !body.destroyed) body.once('close', () => this.#calls.ended(this));
    else this.#calls.ended(this);
  }

  /** Over with this answer. */
  answered(response: AxiosResponse): AxiosResponse {
    this.over(response.data);
    return response;
  }

  /** Does more for this call, which is over if that fails. */
  async finish<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.over();
      throw error;
    }
  }

  /** What axios says when time is up. */
  timeUp(): void {
    const { timeout: ms, timeoutErrorMessage, transitional, method } = this.#config;
    const code = transitional?.clarifyTimeoutError === true ? 'ETIMEDOUT' : 'ECONNABORTED';
    const request = SentRequest.planned(method, this.url);
    this.cancel(
      new AxiosError(timeoutErrorMessage ?? `timeout of ${ms}ms exceeded`, code, this.#config, request),
    );
    this.over();
  }
}

function shuttingDown(): ResamaniaRequestError {
  return new ResamaniaRequestError('The API call was ended: the application is shutting down.', {
    code: 'shutting_down',
    remedy: 'Let calls end within `http.shutdownGraceMs`, or raise it.',
  });
}
