import { kindOf } from './problem.js';

/**
 * What is wrong with a secret value, in words that do not hold it; `undefined` when nothing is. The server compares
 * secrets byte for byte, so a secret with the line break of its file would be refused.
 */
export function secretFlaw(value: unknown): string | undefined {
  const kind = kindOf(value);
  if (kind !== 'a string') return kind;
  return /[\r\n]/.test(String(value)) ? 'a string of several lines' : undefined;
}

/** `secretFlaw` for a secret that travels in an HTTP header, where only visible ASCII characters are safe. */
export function headerSecretFlaw(value: unknown): string | undefined {
  const flaw = secretFlaw(value);
  if (flaw !== undefined || isHeaderSafe(String(value))) return flaw;
  return 'a string with characters that are not visible ASCII, which is invalid in a header';
}

/** Whether an HTTP header can carry it as one word: visible ASCII alone, as RFC 6750 has it for tokens. */
export function isHeaderSafe(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
