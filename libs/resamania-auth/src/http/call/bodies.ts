import { Readable } from 'node:stream';
import { types } from 'node:util';

import type { AxiosResponse } from 'axios';

/** How much of a 401's body is looked at to judge it, in bytes. A gateway's or an OAuth error is far smaller. */
const MAX_JUDGED_BYTES = 64 * 1024;

/**
 * Whether a request body, as it is handed to the adapter, can be sent a second time. Text, bytes, blobs and standard
 * forms can; a stream is used up, and so is a form of the `form-data` package, which is one.
 */
export function canSendAgain(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return true;
  return !('pipe' in data) && !('getReader' in data) && !(Symbol.asyncIterator in data);
}

/** The body of an answer, to be judged: text, or what an adapter made of it. A stream is the caller's to read. */
export function readableBody({ data }: AxiosResponse<unknown>): unknown {
  if (Buffer.isBuffer(data)) return data.toString('utf8', 0, MAX_JUDGED_BYTES);
  if (types.isAnyArrayBuffer(data)) return Buffer.from(data).toString('utf8', 0, MAX_JUDGED_BYTES);
  return data instanceof Readable || data instanceof ReadableStream ? undefined : data;
}

/** Lets go of an answer that nobody will read. */
export function discardAnswer({ data }: AxiosResponse<unknown>): void {
  if (data instanceof Readable) data.destroy();
  // One that somebody reads refuses, and is theirs to end.
  if (data instanceof ReadableStream) void data.cancel().catch(() => undefined);
}
