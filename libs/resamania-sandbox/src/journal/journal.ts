import { Subject, type Observable } from 'rxjs';
import type { JournalDraft, JournalEntry, Surface } from './journal-entry.js';

interface Tally {
  token: number;
  api: number;
  issued: number;
}

/** How many entries a journal keeps unless told otherwise. */
export const DEFAULT_JOURNAL_SIZE = 50_000;

/**
 * The journal as tests read it.
 * @interface
 */
export type SandboxJournal = Omit<Journal, 'begin' | 'assign' | 'end' | 'close'>;

/**
 * What the sandbox was asked, without secrets.
 *
 * Entries appear when a request arrives and are completed when it ends. Only the newest `size` are kept;
 * the counters go on counting past that.
 */
export class Journal {
  readonly #size: number;
  readonly #arrivals = new Subject<JournalEntry>();
  readonly #finished = new Subject<JournalEntry>();
  readonly #running = new Set<JournalDraft>();
  #drafts: JournalDraft[] = [];
  #tallies = new Map<string | undefined, Tally>();
  #lastId = 0;
  #tokenRunning = 0;
  #maxTokenRunning = 0;

  constructor(size: number = DEFAULT_JOURNAL_SIZE) {
    this.#size = size;
  }

  /** Each request when it has ended: answered, broken off, or given up by the client. Completes with `stop()`. */
  get entries$(): Observable<JournalEntry> {
    return this.#finished.asObservable();
  }

  /** Each request when it arrives, before anything is decided. Completes with `stop()`. */
  get arrivals$(): Observable<JournalEntry> {
    return this.#arrivals.asObservable();
  }

  /** The most token requests that were under way at one instant since the start or the last `clear()`. */
  get maxConcurrentTokenRequests(): number {
    return this.#maxTokenRunning;
  }

  /** Token requests kept, oldest first; of one chain if named. The entries are copies. */
  tokenRequests(clientToken?: string): JournalEntry[] {
    return this.#list('token', clientToken);
  }

  /** API requests kept, oldest first; of one chain if named. The entries are copies. */
  apiRequests(clientToken?: string): JournalEntry[] {
    return this.#list('api', clientToken);
  }

  /** How many token requests arrived since the start or the last `clear()`. */
  countTokenRequests(clientToken?: string): number {
    return this.#count('token', clientToken);
  }

  /** How many API requests arrived since the start or the last `clear()`. */
  countApiRequests(clientToken?: string): number {
    return this.#count('api', clientToken);
  }

  /** How many token requests were answered with a token since the start or the last `clear()`. */
  countTokensIssued(clientToken?: string): number {
    return this.#count('issued', clientToken);
  }

  /** Forgets entries and counters. Requests under way are not counted again, but end as usual. */
  clear(): void {
    this.#drafts = [];
    this.#tallies.clear();
    this.#maxTokenRunning = this.#tokenRunning;
  }

  /** Enters a request that has just arrived. @internal */
  begin(draft: Omit<JournalDraft, 'id' | 'outcome' | 'authorized'>): JournalDraft {
    this.#lastId += 1;
    const entry: JournalDraft = { ...draft, id: this.#lastId, outcome: 'pending', authorized: false };
    this.#keep(entry);
    this.#tally(entry)[entry.surface] += 1;
    this.#running.add(entry);
    if (entry.surface === 'token') {
      this.#tokenRunning += 1;
      this.#maxTokenRunning = Math.max(this.#maxTokenRunning, this.#tokenRunning);
    }
    this.#arrivals.next(snapshot(entry));
    return entry;
  }

  /** Names the chain of a request whose path names none. @internal */
  assign(entry: JournalDraft, clientToken: string): void {
    if (entry.clientToken === clientToken) return;
    this.#tally(entry)[entry.surface] -= 1;
    entry.clientToken = clientToken;
    this.#tally(entry)[entry.surface] += 1;
  }

  /** Completes an entry; a second call for the same one does nothing. @internal */
  end(entry: JournalDraft): void {
    if (!this.#running.delete(entry)) return;
    if (entry.surface === 'token') this.#tokenRunning -= 1;
    if (entry.outcome === 'pending') entry.outcome = 'aborted';
    if (entry.outcome === 'issued') this.#tally(entry).issued += 1;
    this.#finished.next(snapshot(entry));
  }

  /** Ends what is still under way and completes both streams. @internal */
  close(): void {
    for (const entry of this.#running) this.end(entry);
    this.#arrivals.complete();
    this.#finished.complete();
  }

  #keep(entry: JournalDraft): void {
    const slack = Math.max(1, Math.ceil(this.#size / 10));
    this.#drafts.push(entry);
    if (this.#drafts.length > this.#size + slack) this.#drafts.splice(0, this.#drafts.length - this.#size);
  }

  #list(surface: Surface, clientToken?: string): JournalEntry[] {
    return this.#drafts
      .slice(-this.#size)
      .filter((entry) => entry.surface === surface)
      .filter((entry) => clientToken === undefined || entry.clientToken === clientToken)
      .map((entry) => snapshot(entry));
  }

  #count(what: keyof Tally, clientToken?: string): number {
    if (clientToken !== undefined) return this.#tallies.get(clientToken)?.[what] ?? 0;
    let sum = 0;
    for (const tally of this.#tallies.values()) sum += tally[what];
    return sum;
  }

  #tally(entry: JournalDraft): Tally {
    let tally = this.#tallies.get(entry.clientToken);
    if (!tally) {
      tally = { token: 0, api: 0, issued: 0 };
      this.#tallies.set(entry.clientToken, tally);
    }
    return tally;
  }
}

function snapshot(entry: JournalDraft): JournalEntry {
  return { ...entry };
}
