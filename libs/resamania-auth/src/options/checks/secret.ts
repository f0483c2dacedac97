/**
 * A secret value, or a function that returns it, which is how secrets rotate without a restart. A function is called at
 * every token request. What it returned as `apiKey` then serves the API calls too, until the next token request or until
 * the gateway refuses it.
 */
export type Secret = string | (() => string | Promise<string>);

/**
 * What kind of unfit thing a secret value is, in words that do not hold it; `undefined` when it is fit. The server
 * compares secrets byte for byte, so a line break that came along from a file would be refused as a wrong secret.
 */
export function secretFlaw(value: unknown): string | undefined {
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  if (value === '') return 'an empty string';
  if (value !== value.trim()) return 'a string with white space or a line break around it';
  if (/[\r\n]/.test(value)) return 'a string of several lines';
  return undefined;
}

/** Whether an HTTP header can carry it as one word: visible ASCII alone, as RFC 6750 has it for tokens. */
export function isHeaderSafe(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** `secretFlaw` for a secret that travels in an HTTP header, where only visible ASCII characters are safe. */
export function headerSecretFlaw(value: unknown): string | undefined {
  const flaw = secretFlaw(value);
  if (flaw !== undefined) return flaw;
  return isHeaderSafe(value as string)
    ? undefined
    : 'a string with characters that are not visible ASCII and do not fit in a header';
}
