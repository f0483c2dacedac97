/**
 * Whether a request body, as it is handed to the adapter, can be sent a second time. Text, bytes, blobs and standard
 * forms can; a stream is used up, and so is a form of the `form-data` package, which is one.
 */
export function canSendAgain(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return true;
  return !('pipe' in data) && !('getReader' in data) && !(Symbol.asyncIterator in data);
}
