import { Injectable, type MessageEvent, type OnModuleInit, Optional } from '@nestjs/common';
import {
  type ResamaniaTokenEvent,
  ResamaniaTokenService,
  type TenantTokenStatus,
} from 'nestjs-resamania-auth';
import {
  defer,
  EMPTY,
  endWith,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  of,
  takeUntil,
} from 'rxjs';

import { ReplicaBoard, type ReplicaRow } from '../peers/replica-board.js';
import type { FaultState } from '../sandbox/fault-board.js';
import { SandboxDemo } from '../sandbox/sandbox-demo.js';
import { type CallsEvent, type ChainCalls, KEPT_SECONDS, type TrafficSecond } from '../sandbox/traffic.js';

/** What the page gets again and again. No token and no secret is in it. */
export interface PageState {
  /** The application's clock: the browser's may be off. */
  readonly now: Date;
  readonly status: readonly TenantTokenStatus[];
  /** Only with the embedded sandbox. */
  readonly sandbox?: {
    readonly faults: readonly FaultState[];
    readonly calls: readonly ChainCalls[];
    readonly seconds: readonly TrafficSecond[];
  };
  /** Only where this is one of several replicas. */
  readonly replicas?: readonly ReplicaRow[];
}

/** What is in the time line. */
type PageEvent = ResamaniaTokenEvent | CallsEvent;

/** How many events a page that opens later still gets. */
const KEPT_EVENTS = 60;
/** From one state to the next, when nothing happens: a heartbeat too. In milliseconds. */
const STATE_EVERY_MS = 1_000;
/** How much of the traffic goes with each state, in seconds. */
const NEWS_SECONDS = 5;
/** How long a browser waits before it connects again, in milliseconds. */
const RECONNECT_AFTER_MS = 1_000;

/** The messages of `/events`. */
@Injectable()
export class PageFeed implements OnModuleInit {
  readonly #history: PageEvent[] = [];
  readonly #events$: Observable<PageEvent>;

  constructor(
    private readonly tokens: ResamaniaTokenService,
    @Optional() private readonly demo?: SandboxDemo,
    @Optional() private readonly replicas?: ReplicaBoard,
  ) {
    this.#events$ = merge(tokens.events$, demo?.traffic.events$ ?? EMPTY);
  }

  onModuleInit(): void {
    this.#events$.subscribe((event) => {
      this.#history.push(event);
      if (this.#history.length > KEPT_EVENTS) this.#history.shift();
    });
  }

  /** What was and what is, then each event as it happens, and the state every second. Ends with the application. */
  messages(): Observable<MessageEvent> {
    return defer(() => {
      const events = this.#events$.pipe(map((event) => message('event', { event, ...this.#state() })));
      const states = merge(interval(STATE_EVERY_MS), this.demo?.faults.changes$ ?? EMPTY).pipe(
        map(() => message('state', this.#state())),
      );
      const first = message('snapshot', { events: this.#history, ...this.#state(KEPT_SECONDS) });
      const closing = this.tokens.events$.pipe(ignoreElements(), endWith(true));
      return merge(
        of({ ...first, retry: RECONNECT_AFTER_MS }),
        events,
        states,
        this.demo?.traffic.running$ ?? EMPTY,
      ).pipe(takeUntil(closing));
    });
  }

  /** `seconds` is how much of the traffic to tell: all of it once, then what is new, with a little overlap. */
  #state(seconds = NEWS_SECONDS): PageState {
    const { demo, replicas } = this;
    return {
      now: new Date(),
      status: this.tokens.status(),
      ...(demo && {
        sandbox: {
          faults: demo.faults.list(),
          calls: demo.traffic.calls(),
          seconds: demo.traffic.seconds(seconds),
        },
      }),
      ...(replicas && { replicas: replicas.rows() }),
    };
  }
}

function message(type: 'snapshot' | 'event' | 'state', data: object): MessageEvent {
  return { type, data };
}
