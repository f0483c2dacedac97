import { readReport, type ReplicaReport } from './replica-report.js';

/** A replica as this one sees it. */
export interface ReplicaRow {
  readonly name: string;
  /** Where its page is. */
  readonly url: string;
  /** Whether it is this one. */
  readonly isThis: boolean;
  /** What it said last; absent while it does not answer. */
  readonly report?: ReplicaReport;
}

/** Asks a replica for its report. May reject, and should do so before long. */
export type Ask = (url: string) => Promise<unknown>;

/** Where all replicas stand, this one too, as each of them said when it was asked last. */
export class ReplicaBoard {
  readonly #reports = new Map<string, ReplicaReport>();
  readonly #asked = new Set<string>();

  /**
   * @param name - Of this replica: they are counted from 1.
   * @param urls - Where the replicas are, in their order.
   */
  constructor(
    private readonly name: string,
    private readonly urls: readonly string[],
    private readonly ask: Ask,
  ) {}

  /** Asks all of them at once. One that is still to answer is not asked again meanwhile; the others do not wait for it. */
  async look(): Promise<void> {
    await Promise.all(this.urls.filter((url) => !this.#asked.has(url)).map((url) => this.#lookAt(url)));
  }

  rows(): ReplicaRow[] {
    return this.urls.map((url, index) => {
      const name = String(index + 1);
      const report = this.#reports.get(url);
      return { name, url, isThis: name === this.name, ...(report && { report }) };
    });
  }

  async #lookAt(url: string): Promise<void> {
    this.#asked.add(url);
    const report = readReport(await this.ask(url).catch(() => undefined));
    this.#asked.delete(url);
    if (report === undefined) this.#reports.delete(url);
    else this.#reports.set(url, report);
  }
}

/** Asks over HTTP, for so long at most, in milliseconds. */
export function askWithin(ms: number): Ask {
  return async (url) => {
    const signal = AbortSignal.timeout(ms);
    const answer = await fetch(new URL('/replica', url), { signal, redirect: 'error' });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer.json();
  };
}
