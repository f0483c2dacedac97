import { Readable } from 'node:stream';
import { types } from 'node:util';

import type { AxiosResponse } from 'axios';

/** How much of a 401's body is read to judge it, in bytes. A gateway's or an OAuth error is far smaller. */
const MAX_JUDGED_BYTES = 64 * 1024;

/**
 * The body of an answer, to be judged: text, or what an adapter made of it. A stream is read, up to a limit, and
 * replaced in the response by one that holds the same bytes.
 */
export async function readAnswerBody(response: AxiosResponse<unknown>): Promise<unknown> {
  const { data } = response;
  if (Buffer.isBuffer(data)) return data.toString('utf8', 0, MAX_JUDGED_BYTES);
  if (types.isAnyArrayBuffer(data)) return Buffer.from(data).toString('utf8', 0, MAX_JUDGED_BYTES);
  if (!(data instanceof Readable)) return data;
  const head = new StreamHead(data);
  await head.read();
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
  #size = 0;
  #failure: { readonly error: unknown } | undefined;
  isWhole = false;

  constructor(source: Readable) {
    this.#rest = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(): Promise<void> {
    try {
      while (!this.isWhole && this.#size <= MAX_JUDGED_BYTES) await this.#readOne();
    } catch (error) {
      this.#failure = { error };
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

  async #readOne(): Promise<void> {
    const { done, value } = await this.#rest.next();
    this.isWhole = done === true;
    if (this.isWhole) return;
    const chunk = Buffer.from(value as Buffer);
    this.#size += chunk.length;
    this.#chunks.push(chunk);
  }

  async *#replay(): AsyncGenerator<Buffer> {
    yield* this.#chunks;
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!this.isWhole) yield* { [Symbol.asyncIterator]: () => this.#rest };
  }
}
