import type { InternalAxiosRequestConfig } from 'axios';

/** The body in the form that the config asks for. JSON is parsed later, by axios. */
export function decodedBody(chunks: readonly Buffer[], config: InternalAxiosRequestConfig): Buffer | string {
  const { responseType, responseEncoding } = config;
  const [first] = chunks;
  const bytes = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
  if (responseType === 'arraybuffer') return bytes;
  const text = bytes.toString(responseEncoding as BufferEncoding | undefined);
  const isUtf8 = !responseEncoding || responseEncoding === 'utf8';
  return isUtf8 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
