import { AsyncResource } from 'node:async_hooks';
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import zlib from 'node:zlib';

type Decompressor = () => Transform;

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants;
const unzip: Decompressor = () => zlib.createUnzip({ flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH });
const brotli: Decompressor = () =>
  zlib.createBrotliDecompress({ flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH });
const zstd = zstandard();

const ACCEPT_ENCODING = 'gzip, compress, deflate, br';

/** The encodings that are asked for; axios asks for zstd only when told to. */
export function acceptEncoding(withZstd: boolean): string {
  return withZstd && zstd !== undefined ? `${ACCEPT_ENCODING}, zstd` : ACCEPT_ENCODING;
}

/** What undoes a content encoding, in order; nothing for one that is passed on as it is. */
export function decompressors(encoding: string): Transform[] {
  switch (encoding.toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
    case 'compress':
    case 'x-compress':
      return [unzip()];
    case 'deflate':
      return [new ZlibHeader(), unzip()];
    case 'br':
      return [brotli()];
    case 'zstd':
      return zstd === undefined ? [] : [zstd()];
    default:
      return [];
  }
}

/** A body run through these. A failure on the way is one of the last of them. */
export function through(body: Readable, transforms: readonly Transform[]): Readable {
  if (transforms.length === 0) return body;
  return pipeline([body, ...transforms], () => undefined) as unknown as Readable;
}

/** The same bytes, until there are too many of them. */
export function limited(source: Readable, limit: number, tooLarge: () => Error): Readable {
  async function* counted() {
    let size = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw tooLarge();
      yield chunk;
    }
  }
  return Readable.from(counted(), { objectMode: false });
}

/** A body as it arrives. undici pauses while nobody reads. */
export class BodyStream extends Readable {
  readonly #scope: AsyncResource;
  readonly #resume: () => void;
  readonly #abort: () => void;

  /** @param scope - Where the caller is, for the sake of its async context. */
  constructor(scope: AsyncResource, resume: () => void, abort: () => void) {
    super();
    this.#scope = scope;
    this.#resume = resume;
    this.#abort = abort;
  }

  /** Takes what arrived, or the end of it. */
  feed(chunk: Buffer | null): boolean {
    return this.#scope.runInAsyncScope(() => this.push(chunk));
  }

  /** Fails, as a body of Node's does when the connection breaks. */
  fail(error: Error): void {
    this.#scope.runInAsyncScope(() => {
      this.emit('aborted');
      this.destroy(error);
    });
  }

  override _read(): void {
    this.#resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Harmless once everything has arrived.
    this.#abort();
    callback(error);
  }
}

/** Some servers send bare deflate data: give it the header that is missing. */
class ZlibHeader extends Transform {
  #isFirst = true;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#isFirst && chunk.length > 0) {
      this.#isFirst = false;
      if (chunk[0] !== 0x78) this.push(Buffer.from([0x78, 0x9c]));
    }
    done(null, chunk);
  }
}

/** Only newer versions of Node have it. */
function zstandard(): Decompressor | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function') return undefined;
  const flush: unknown = Reflect.get(zlib.constants, 'ZSTD_e_flush');
  return () => create({ flush, finishFlush: flush }) as Transform;
}
