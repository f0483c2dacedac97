import { Readable } from 'node:stream';

import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

import { MAX_TIMER_MS } from '../../clock.js';
import { ResamaniaRequestError } from '../../errors.js';
import { throwIfCancelled, UnsubscribeToken } from './cancellation.js';
import { SentRequest } from './sent-request.js';

/** The API calls under way. Each ends at its time limit; those that are left when the application closes are aborted. */
export class CallsUnderWay {
  readonly #calls = new Set<CallUnderWay>();
  #abortTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #becameIdle: () => void = () => undefined;

  begin(config: InternalAxiosRequestConfig): CallUnderWay {
    const call = new CallUnderWay(config, this);
    if (this.#isClosed) call.cancel(shuttingDown());
    else this.#calls.add(call);
    return call;
  }

  ended(call: CallUnderWay): void {
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#becameIdle();
  }

  /** Aborts what is still under way in so many milliseconds, and whatever comes after that. */
  abortIn(ms: number): void {
    this.#abortTimer ??= setTimeout(() => this.#abort(), ms);
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    if (this.#calls.size > 0) {
      await new Promise<void>((resolve) => {
        this.#becameIdle = resolve;
      });
    }
    clearTimeout(this.#abortTimer);
    this.#abort();
  }

  #abort(): void {
    this.#isClosed = true;
    for (const call of this.#calls) {
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
  readonly #config: InternalAxiosRequestConfig;
  readonly #calls: CallsUnderWay;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(config: InternalAxiosRequestConfig, calls: CallsUnderWay) {
    super();
    this.#config = config;
    this.#calls = calls;
    const ms = Number(config.timeout);
    // Without a closure and an injected clock: this is done for every call.
    if (ms > 0 && ms <= MAX_TIMER_MS) this.#timer = setTimeout(timeUp, ms, this, ms);
  }

  override throwIfRequested(): void {
    super.throwIfRequested();
    throwIfCancelled(this.#config);
  }

  override subscribe(listener: Parameters<UnsubscribeToken['subscribe']>[0]): void {
    super.subscribe(listener);
    this.#config.cancelToken?.subscribe(listener);
  }

  override unsubscribe(listener: Parameters<UnsubscribeToken['subscribe']>[0]): void {
    super.unsubscribe(listener);
    this.#config.cancelToken?.unsubscribe(listener);
  }

  /** The call has its answer, or has failed. A body that is still on its way has no time limit, but ends with the rest. */
  over(body?: unknown): void {
    clearTimeout(this.#timer);
    if (body instanceof Readable && !body.destroyed) body.once('close', () => this.#calls.ended(this));
    else this.#calls.ended(this);
  }

  /** Over with this answer. */
  answered(response: AxiosResponse): AxiosResponse {
    this.over(response.data);
    return response;
  }

  /** Does more for this call, which is over if that fails. */
  async finish<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.over();
      throw error;
    }
  }

  /** What axios says when time is up. */
  timeUp(ms: number): void {
    const { timeoutErrorMessage, transitional, method } = this.#config;
    const code = transitional?.clarifyTimeoutError === true ? 'ETIMEDOUT' : 'ECONNABORTED';
    const request = SentRequest.planned(method, this.url);
    this.cancel(
      new AxiosError(timeoutErrorMessage ?? `timeout of ${ms}ms exceeded`, code, this.#config, request),
    );
    this.over();
  }
}

function timeUp(call: CallUnderWay, ms: number): void {
  call.timeUp(ms);
}

function shuttingDown(): ResamaniaRequestError {
  return new ResamaniaRequestError('The API call was ended: the application is shutting down.', {
    code: 'shutting_down',
    remedy: 'Let calls end within `http.shutdownGraceMs`, or raise it.',
  });
}
