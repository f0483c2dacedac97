import { createHash } from 'node:crypto';

/** A value that looks drawn but is the same at every start, so that an `.env` file outlives a restart. */
export function derivedValue(purpose: string, name: string): string {
  const digest = createHash('sha512').update(`resamania-sandbox ${purpose} ${name}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36);
}
