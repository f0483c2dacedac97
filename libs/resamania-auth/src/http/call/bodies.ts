import { Readable } from 'node:stream';
import { types } from 'node:util';

import type { AxiosResponse } from 'axios';

/** How much of a 401's body is read to judge it, in bytes. A gateway's or an OAuth error is far smaller. */
const MAX_JUDGED_BYTES = 64 * 1024;

/** How long is waited for the end of a 401's body to judge it, in milliseconds. Then it counts as of no known shape. */
const MAX_JUDGING_MS = 2_000;

/**
 * The body of an answer, to be judged: text, or what an adapter made of it. A stream is read, up to limits of size and
 * time, and replaced in the response by one that holds the same bytes.
 */
export async function readAnswerBody(
  response: AxiosResponse<unknown>,
  maxMs = MAX_JUDGING_MS,
): Promise<unknown> {
  const { data } = response;
  if (Buffer.isBuffer(data)) return data.toString('utf8', 0, MAX_JUDGED_BYTES);
  if (types.isAnyArrayBuffer(data)) return Buffer.from(data).toString('utf8', 0, MAX_JUDGED_BYTES);
  if (!(data instanceof Readable)) return data;
  const head = new StreamHead(data);
  await head.read(maxMs);
  response.data = head.again();
  return head.isWhole ? head.text() : undefined;
}

/** Lets go of an answer that nobody will read. */
export function discardAnswer({ data }: AxiosResponse<unknown>): void {
  if (data instanceof Readable) data.destroy();
}

/** The beginning of a stream, read ahead. */
class StreamHead {
  readonly #rest: AsyncIterator<Buffer>;
  readonly #chunks: Buffer[] = [];
  /** The read that the time ran out on; its bytes come after the chunks. */
  #pending: Promise<IteratorResult<Buffer>> | undefined;
  #size = 0;
  #failure: { readonly error: unknown } | undefined;
  isWhole = false;

  constructor(source: Readable) {
    this.#rest = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(maxMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), maxMs);
    });
    try {
      let isInTime = true;
      while (isInTime && !this.isWhole && this.#size <= MAX_JUDGED_BYTES)
        isInTime = await this.#readOne(timeUp);
    } catch (error) {
      this.#failure = { error };
    } finally {
      clearTimeout(timer);
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  /** The whole stream, from its first byte to its end or its failure. */
  again(): Readable {
    const stream = Readable.from(this.#replay(), { objectMode: false });
    // Who lets go of it before its end lets go of what it was read from.
    return stream.once('close', () => void this.#rest.return?.());
  }

  /** @returns whether it came before the time was up */
  async #readOne(timeUp: Promise<undefined>): Promise<boolean> {
    const next = this.#rest.next();
    const result = await Promise.race([next, timeUp]);
    if (result === undefined) {
      // Nobody may ever read on: its failure must not go unhandled.
      next.catch(() => undefined);
      this.#pending = next;
      return false;
    }
    this.isWhole = result.done === true;
    if (this.isWhole) return true;
    const chunk = Buffer.from(result.value);
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    return true;
  }

  async *#replay(): AsyncGenerator<Buffer> {
    yield* this.#chunks;
    if (this.#failure !== undefined) throw this.#failure.error;
    const late = await this.#pending;
    if (late?.done === true) return;
    if (late !== undefined) yield late.value;
    if (!this.isWhole) yield* { [Symbol.asyncIterator]: () => this.#rest };
  }
}
