import { NEVER } from '../../clock.js';
import { AwakeTime } from './awake-time.js';
import type { Trouble } from './trouble.js';

/** So many times the usual time is late, and so many milliseconds at least… */
const LATE = 2;
const LATE_MS = 50;
/** …and so many times it may hang, within these bounds in milliseconds. */
const HUNG = 4;
const HUNG_MS = { least: 200, most: 1000 };
/** So often, in milliseconds, the clock is looked at while somebody waits: half of what is late at least. */
const BEAT_MS = LATE_MS / 2;
/** No more than so many times the places are under way, those that hang included. */
const MOST = 8;

/** What came of a request: a token, a failure, or nothing that tells how its tenant fares; perhaps it was not even sent. */
export type Outcome = 'token' | 'failure' | 'neither' | 'unsent';

/** A request under way. */
export interface Attempt {
  readonly tenant: object;
  /** When it was sent, in the clock's time… */
  sentAt: number;
  /** …and in awake time. Before that it is neither late nor hung: what it waits for then is not the host. */
  startedAt: number;
  /** Whether it has one of the places for tenants in trouble. */
  readonly isTroubled: boolean;
  isHung: boolean;
}

/**
 * The places of one host's token requests, so that one tenant's trouble never makes another's caller wait:
 *
 * - A request is *late* at twice the usual time. For each that is, healthy tenants have a place more, up to eight times the places.
 * - It *hangs* at four times that, a second at most, if a later one has been answered: its tenant's trouble, not the host's. It then takes no place.
 * - Tenants that are late, hung or failed share a quarter of the places. Each quick token heals its tenant, and adds a place until the next hang or failure.
 * - A host that has answered nobody for as long gets one request more each time, up to eight times the places: neither a stop nor a storm.
 *
 * Only time in which this process runs makes a request late, or a host silent: the machine may be busy, and no host be slow.
 * A quarter is one place at least. The rule was chosen by the simulation in `token-engine.neighbours.spec.ts`.
 */
export class HostPlaces {
  readonly #limit: number;
  readonly #quarter: number;
  /** Shared by all hosts; outlives them. */
  readonly #trouble: Trouble;
  readonly #attempts = new Set<Attempt>();
  readonly #awake = new AwakeTime();
  /** For tenants in trouble. */
  #troubledLimit: number;
  /** For healthy tenants. */
  #healthyLimit: number;
  /** Places that are taken, all and those for tenants in trouble. */
  #taken = 0;
  #takenTroubled = 0;
  /** How long an answer takes, in milliseconds of the clock: the last ones count most. */
  #usualMs = HUNG_MS.most / HUNG;
  /** The latest start of a request that was answered, in awake time. */
  #overtakenBefore = -Infinity;
  /** When a request got its place, was sent or was answered last, in awake time. */
  #lastSignAt = -Infinity;

  constructor(limit: number, trouble: Trouble) {
    this.#limit = limit;
    this.#quarter = Math.max(1, Math.floor(limit / 4));
    this.#troubledLimit = this.#quarter;
    this.#healthyLimit = limit;
    this.#trouble = trouble;
  }

  get #lateMs(): number {
    return Math.max(LATE * this.#usualMs, LATE_MS);
  }

  get #hungMs(): number {
    return Math.min(Math.max(HUNG * this.#usualMs, HUNG_MS.least), HUNG_MS.most);
  }

  /** Finds out what is late and what hangs. Comes before the questions for room at the same instant. */
  look(now: number): void {
    const awake = this.#awake.at(now);
    let late = 0;
    for (const attempt of this.#attempts) {
      const age = awake - attempt.startedAt;
      if (attempt.isHung || age < this.#lateMs) continue;
      this.#trouble.begin(attempt.tenant);
      attempt.isHung = age >= this.#hungMs && attempt.startedAt < this.#overtakenBefore;
      if (attempt.isHung) this.#troubledLimit = this.#quarter;
      else late += 1;
    }
    this.#healthyLimit = Math.min(this.#limit + late, MOST * this.#limit);
    this.#count();
  }

  /** Whether a request of this kind may leave now. */
  hasRoom({ isTroubled }: { isTroubled: boolean }, now: number): boolean {
    if (this.#isSilent(now)) return true;
    if (!isTroubled) return this.#taken < this.#healthyLimit;
    return this.#taken < this.#limit && this.#takenTroubled < this.#troubledLimit;
  }

  take(tenant: object, now: number): Attempt {
    const isTroubled = this.#trouble.has(tenant);
    const attempt = { tenant, sentAt: NEVER, startedAt: NEVER, isTroubled, isHung: false };
    this.#attempts.add(attempt);
    this.#lastSignAt = this.#awake.at(now);
    this.#count();
    return attempt;
  }

  /** It is sent now: its time begins. */
  sent(attempt: Attempt, now: number): void {
    attempt.sentAt = now;
    attempt.startedAt = this.#awake.at(now);
    this.#lastSignAt = attempt.startedAt;
  }

  /** An answer has come, whatever it says. */
  answered({ sentAt, startedAt }: Attempt, now: number): void {
    this.#usualMs += (now - sentAt - this.#usualMs) / 8;
    this.#overtakenBefore = Math.max(this.#overtakenBefore, startedAt);
    this.#lastSignAt = this.#awake.at(now);
  }

  leave(attempt: Attempt, outcome: Outcome): void {
    if (!this.#attempts.delete(attempt)) return;
    if (outcome === 'failure') this.#fail(attempt.tenant);
    if (outcome === 'token' && !attempt.isHung) {
      this.#trouble.end(attempt.tenant);
      if (attempt.isTroubled)
        this.#troubledLimit = Math.min(this.#troubledLimit + 1, Math.max(1, this.#limit - this.#quarter));
    }
    this.#count();
  }

  /** When there may be room without anybody leaving or being answered, or when the clock has to be looked at before. */
  nextLookAt(now: number): number {
    if (this.#attempts.size === 0) return NEVER;
    const awake = this.#awake.at(now);
    const ages = [this.#hungMs, this.#lateMs];
    const instants = Array.from(this.#attempts, ({ startedAt }) => ages.map((age) => startedAt + age)).flat();
    const inMs = [...instants, this.#lastSignAt + this.#hungMs]
      .map((at) => at - awake)
      .filter((ms) => ms > 0);
    return now + Math.min(...inMs, BEAT_MS);
  }

  /** When somebody looks next, in the time of the clock; `NEVER` while nobody waits. */
  set lookedAtNext(instant: number) {
    this.#awake.dueAt = instant;
  }

  #isSilent(now: number): boolean {
    if (this.#attempts.size >= MOST * this.#limit) return false;
    if (this.#awake.at(now) - this.#lastSignAt < this.#hungMs) return false;
    // A host that nothing was sent to owes no answer.
    return Array.from(this.#attempts).some(({ startedAt }) => startedAt < NEVER);
  }

  #fail(tenant: object): void {
    this.#trouble.begin(tenant);
    this.#troubledLimit = this.#quarter;
  }

  #count(): void {
    let healthy = 0;
    let troubled = 0;
    for (const { isHung, isTroubled } of this.#attempts) {
      if (!isHung && isTroubled) troubled += 1;
      else if (!isHung) healthy += 1;
    }
    this.#takenTroubled = troubled;
    // Those who left because the host was silent take nothing from healthy tenants.
    this.#taken = healthy + Math.min(troubled, this.#troubledLimit);
  }
}
