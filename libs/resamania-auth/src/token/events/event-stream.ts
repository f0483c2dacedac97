import { Observable, type Observer, type Operator, type Subscriber, type Subscription } from 'rxjs';

type Listener<T> = Partial<Observer<T>> | ((value: T) => void);

/**
 * An observable whose subscribers cannot do harm: what one of them throws is reported, and goes no further. Without
 * this, rxjs would throw it again from a timer, which ends the process. Holds for what is piped from it too.
 */
export class EventStream<T> extends Observable<T> {
  readonly #report: (error: unknown) => void;

  /** @param report - Told what a subscriber throws. */
  constructor(
    report: (error: unknown) => void,
    subscribe?: (subscriber: Subscriber<T>) => (() => void) | void,
  ) {
    super(subscribe);
    this.#report = report;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new EventStream<R>(this.#report);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(listener?: Listener<T> | null): Subscription;
  override subscribe(
    next?: ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription;
  override subscribe(
    listener?: Listener<T> | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own subscriber: the one at the end of the pipe is the guarded one.
    if (isSubscriber(listener)) return super.subscribe(listener);
    const given = typeof listener === 'function' ? { next: listener, error, complete } : (listener ?? {});
    return super.subscribe({
      next: (value) => this.#guard(() => given.next?.(value)),
      error: (failure: unknown) =>
        given.error ? this.#guard(() => given.error?.(failure)) : this.#report(failure),
      complete: () => this.#guard(() => given.complete?.()),
    });
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
    }
  }
}

function isSubscriber<T>(listener: Listener<T> | null | undefined): listener is Subscriber<T> {
  return typeof listener === 'object' && listener !== null && 'isStopped' in listener;
}
