import { pathFlaw } from './base-url.js';
import { kindOf } from './problem.js';
import { headerSecretFlaw, secretFlaw } from '../secret.js';

/** A rule: what is wrong with a value, as a sentence without the value; `undefined` when nothing is. */
export type Rule = (value: unknown) => string | undefined;

export const MAX_TIMER_MS = 2 ** 31 - 1;

/** A rule that says what it expects, and what kind of thing it found. */
export function expects(what: string, fits: (value: unknown) => boolean, wanted?: 'string' | 'number'): Rule {
  return (value) => (fits(value) ? undefined : `expected ${what}, found ${kindOf(value, wanted)}`);
}

/** For a field whose rule needs to know other fields. */
export const anything: Rule = () => undefined;

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

/** The characters that `new URL` leaves as they are in a path segment. */
export const clientToken = expects(
  'one path segment: letters, digits and -._~!$&\'()*+,;=:@ only, and not "." or ".."',
  (value) => typeof value === 'string' && /^(?!\.{1,2}$)[\w.~!$&'()*+,;=:@-]+$/.test(value),
  'string',
);

export const clientSecret = secretRule(secretFlaw, 'a non-empty string');

export const apiKey = secretRule(headerSecretFlaw, 'a non-empty string of visible ASCII characters');

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
export const apiKeyHeader = expects(
  'the name of an HTTP header that has no other use here, such as X-Gravitee-Api-Key',
  (value) =>
    typeof value === 'string' &&
    /^[\w!#$%&'*+.^`|~-]+$/.test(value) &&
    !TAKEN_HEADERS.has(value.toLowerCase()),
  'string',
);

export const tokenPath: Rule = (value) => {
  const shape = tokenPathShape(value);
  if (shape !== undefined || typeof value !== 'string') return shape;
  const rest = value.replaceAll('{client_token}', 'x');
  if (/[{}]/.test(rest)) return 'expected no other placeholder than {client_token}';
  if (!/^[\w.~!$&'()*+,;=:@/%-]+$/.test(rest))
    return 'expected a path without query, fragment and white space';
  return pathFlaw(rest);
};

export const boolean = expects('true or false', (value) => typeof value === 'boolean');

export const plainObject = expects('a plain object', isPlainObject);

export const asyncFunction = expects('a function', (value) => typeof value === 'function');

/** A whole number from 1 to `max`. */
export function countUpTo(max: number): Rule {
  return expects(
    max === Number.MAX_SAFE_INTEGER ? 'a whole number of at least 1' : `a whole number from 1 to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max,
    'number',
  );
}

/** A finite number from `min`, or above it, and below `end`. */
export function range(min: { from: number } | { above: number }, end: number): Rule {
  const [low, words] = 'from' in min ? [min.from, 'of at least'] : [min.above, 'above'];
  const what = `a number ${words} ${low}${Number.isFinite(end) ? ` and below ${end}` : ''}`;
  return expects(
    what,
    (value) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) return false;
      return value < end && ('from' in min ? value >= low : value > low);
    },
    'number',
  );
}

export function oneOf(words: readonly string[]): Rule {
  const list = words.map((word) => `'${word}'`).join(', ');
  return expects(`one of ${list}`, (value) => words.some((word) => word === value), 'string');
}

const tokenPathShape = expects(
  'a path that starts with a slash, such as /{client_token}/oauth/v2/token',
  (value) => typeof value === 'string' && /^\/./s.test(value),
  'string',
);

function secretRule(flawOf: Rule, what: string): Rule {
  return (value) => {
    if (typeof value === 'function') return undefined;
    if (typeof value !== 'string')
      return `expected ${what} or a function that returns one, found ${kindOf(value)}`;
    const flaw = flawOf(value);
    if (flaw === undefined) return undefined;
    const why = value === '' ? '' : ' (the server compares it byte for byte)';
    return `expected ${what} or a function that returns one, found ${flaw}${why}`;
  };
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function isTidy(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value === value.trim() && !/[\r\n]/.test(value);
}
