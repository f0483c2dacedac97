import { MAX_TIMER_MS } from '../../clock.js';
import { pathFlaw } from './base-url.js';
import type { Rule } from './fields.js';
import { kindOf } from './problem.js';

/** A rule that says what it expects, and what kind of thing it found. */
function expects(what: string, isValid: (value: unknown) => boolean, wanted?: 'string' | 'number'): Rule {
  return (value) => (isValid(value) ? undefined : `expected ${what}, found ${kindOf(value, wanted)}`);
}

/** For a field whose rule needs to know other fields. */
export const anything: Rule = () => undefined;

export const text = expects('a string', (value) => typeof value === 'string');

export const tidyString = expects(
  'a non-empty string without white space or a line break around it',
  isTidy,
  'string',
);

export const name = expects(
  'a non-empty string of at most 200 visible characters, without white space around it',
  (value) => isTidy(value) && value.length <= 200 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value),
  'string',
);

export const nameOrFalse = expects(
  'a name (at most 200 visible characters, without white space around it) or false',
  (value) => value === false || name(value) === undefined,
  'string',
);

/** The characters that `new URL` leaves as they are in a path segment. */
export const clientToken = expects(
  'one path segment: letters, digits and -._~!$&\'()*+,;=:@ only, and not "." or ".."',
  (value) => typeof value === 'string' && /^(?!\.{1,2}$)[\w.~!$&'()*+,;=:@-]+$/.test(value),
  'string',
);

export const clientSecret = secret('a non-empty string', secretFlaw);

export const apiKey = secret('a non-empty string of visible ASCII characters', headerSecretFlaw);

/** Headers that have another meaning on the requests that carry the key. */
const TAKEN_HEADERS = new Set([
  'authorization',
  'host',
  'accept',
  'content-type',
  'content-length',
  'transfer-encoding',
  'connection',
  'cookie',
  'x-user-club-id',
  'x-user-network-node-id',
]);

/** A field name of RFC 9110. */
export function apiKeyHeader(example: string): Rule {
  return expects(
    `the name of an HTTP header that has no other use here, such as ${example}`,
    (value) =>
      typeof value === 'string' &&
      /^[\w!#$%&'*+.^`|~-]+$/.test(value) &&
      !TAKEN_HEADERS.has(value.toLowerCase()),
    'string',
  );
}

export function tokenPath(example: string): Rule {
  const startsWithSlash = expects(
    `a path that starts with a slash, such as ${example}`,
    (value) => typeof value === 'string' && /^\/./s.test(value),
    'string',
  );
  return (value) => startsWithSlash(value) ?? templateFlaw(String(value));
}

export const boolean = expects('true or false', (value) => typeof value === 'boolean');

export const plainObject = expects('a plain object', isPlainObject);

export const asyncFunction = expects('a function', (value) => typeof value === 'function');

export const tenants = expects('an array of tenants', Array.isArray);

/** No array, no `Map`: its keys must be the names. */
export const objectOfStrings = expects(
  'an object of strings',
  (value) => Object.prototype.toString.call(value) === '[object Object]',
);

/** Fields of the token request that the library sets itself. */
const RESERVED_PARAMS = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'refresh_token',
  'clubId',
  'email',
]);

export const paramName: Rule = (value) => {
  const key = String(value);
  if (RESERVED_PARAMS.has(key))
    return 'expected another name: the library sets this field of the request itself';
  return key.trim() === '' ? 'expected a name that is not empty' : undefined;
};

/** A number of milliseconds that a timer can hold. */
export const timerMs = countUpTo(MAX_TIMER_MS);

/** A whole number from 1 to `max`. */
export function countUpTo(max: number): Rule {
  return expects(
    max === Number.MAX_SAFE_INTEGER ? 'a whole number of at least 1' : `a whole number from 1 to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max,
    'number',
  );
}

/** A finite number from 0, or above it, and below `end`. */
export function range(low: 'of at least 0' | 'above 0', end: number): Rule {
  const what = `a number ${low}${Number.isFinite(end) ? ` and below ${end}` : ''}`;
  return expects(
    what,
    (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) return false;
      return value < end && (low === 'above 0' ? value > 0 : value >= 0);
    },
    'number',
  );
}

export function oneOf(words: readonly string[]): Rule {
  const list = words.map((word) => `'${word}'`).join(', ');
  return expects(`one of ${list}`, (value) => words.some((word) => word === value), 'string');
}

function templateFlaw(path: string): string | undefined {
  const rest = path.replaceAll('{client_token}', 'x');
  if (/[{}]/.test(rest)) return 'expected no other placeholder than {client_token}';
  if (!/^[\w.~!$&'()*+,;=:@/%-]+$/.test(rest))
    return 'expected a path without query, fragment and white space';
  return pathFlaw(rest);
}

function secret(what: string, flawOf: Rule): Rule {
  return (value) => {
    if (typeof value === 'function') return undefined;
    const expected = `expected ${what} or a function that returns one`;
    if (typeof value !== 'string') return `${expected}, found ${kindOf(value)}`;
    const flaw = flawOf(value);
    if (flaw === undefined) return undefined;
    return `${expected}, found ${flaw}${value === '' ? '' : ' (the server compares it byte for byte)'}`;
  };
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function isTidy(value: unknown): value is string {
  return secretFlaw(value) === undefined;
}

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
export function isHeaderSafe(word: string): boolean {
  return /^[\x21-\x7e]+$/.test(word);
}
