import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { JournalDraft, JournalOutcome } from '../journal/journal-entry.js';
import type { Answer } from './answer.js';
import type { TokenAnswerChanges } from './token-answer-changes.js';

/** How an answer travels, when it does not travel in one piece. */
export type Passage =
  | { readonly kind: 'truncated' }
  | { readonly kind: 'slow-body'; readonly totalMs: number; readonly chunks: number };

/** A request as the body parsers leave it. */
export type SandboxRequest = IncomingMessage & { body?: unknown };

/** Express's response, with our exchange in its `locals`. */
export type SandboxResponse = ServerResponse & { locals: { exchange: Exchange } };

/** One request with its answer and its journal entry: what every step on the way works on. */
export class Exchange {
  /** Set by a fault that changes how the answer travels. */
  passage: Passage | undefined;
  /** Set by a fault that changes what a granted token looks like. */
  tokenChanges: TokenAnswerChanges | undefined;
  /** Headers that the gateway adds to whatever answer follows. */
  gatewayHeaders: Readonly<Record<string, string>> = {};

  constructor(
    readonly request: SandboxRequest,
    readonly response: ServerResponse,
    readonly entry: JournalDraft,
  ) {}

  /** The value of a request header, or an empty string. */
  header(name: string): string {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? '');
  }

  /** Whether the connection is gone, so that nothing more can be said. */
  get closed(): boolean {
    return this.response.destroyed || this.request.socket.destroyed;
  }

  /** Waits, but no longer than the connection lives. Leaves no timer behind. */
  async sleep(ms: number): Promise<void> {
    if (ms <= 0 || this.closed) return;
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    this.response.once('close', abort);
    await wait(ms, undefined, { signal: gone.signal }).catch(() => undefined);
    this.response.off('close', abort);
  }

  /** Sends the answer, in the way `passage` asks for, and notes the outcome. */
  async deliver(answer: Answer, outcome: JournalOutcome): Promise<void> {
    if (this.closed) return;
    this.entry.status = answer.status;
    this.entry.outcome = outcome;
    if (this.passage?.kind === 'truncated') return this.#sendTruncated(answer);
    this.#sendHead(answer, Buffer.byteLength(answer.body));
    if (this.passage) await this.#trickle(answer.body, this.passage.totalMs, this.passage.chunks);
    else this.response.end(answer.body);
  }

  #sendHead(answer: Answer, length: number): void {
    const bodiless = answer.status === 204 || answer.status === 304;
    this.response.writeHead(answer.status, {
      ...this.gatewayHeaders,
      ...answer.headers,
      ...(bodiless ? {} : { 'content-length': String(length) }),
    });
  }

  /** Promises more bytes than it sends, then hangs up. */
  #sendTruncated(answer: Answer): void {
    const body = Buffer.from(answer.body || ' ');
    this.#sendHead(answer, body.length + 64);
    const half = body.subarray(0, Math.ceil(body.length / 2));
    this.response.write(half, () => this.request.socket.destroy());
  }

  async #trickle(text: string, totalMs: number, chunks: number): Promise<void> {
    const body = Buffer.from(text);
    const size = Math.max(1, Math.ceil(body.length / chunks));
    this.response.flushHeaders();
    for (let start = 0; start < body.length && !this.closed; start += size) {
      await this.sleep(totalMs / chunks);
      if (!this.closed) this.response.write(body.subarray(start, start + size));
    }
    if (!this.closed) this.response.end();
  }
}
