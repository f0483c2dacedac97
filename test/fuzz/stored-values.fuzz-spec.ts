import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { SealedEnvelope } from '../../libs/resamania-auth/src/redis/envelope.js';
import {
  pauseText,
  readPause,
  readStoredToken,
  readWait,
  tokenText,
  waitText,
} from '../../libs/resamania-auth/src/token/shared/shared-values.js';
import { tokenFailure } from '../../libs/resamania-auth/src/token/request/token-failure.js';
import { holds } from './fuzz.js';
import { CANARY, mutated, nastyObject, nastyValue } from './hostile.js';
import { checkFailure, checkInstant, checkUsable } from './invariants.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const LIMITERS = ['quota', 'rate-limit', 'spike-arrest', 'unknown'];

const EXAMPLES = [
  tokenText({
    value: 'token',
    scope: 'a b',
    lifetimeMs: 3_600_000,
    requestedAt: NOW,
    refreshToken: undefined,
    oddity: undefined,
  }),
  waitText(tokenFailure('credentialsRefused', { status: 400, detail: 'invalid_client' })),
  waitText(tokenFailure('quota', { status: 429, resetAt: NOW })),
  pauseText({ limiter: 'quota', from: NOW, until: NOW + 1000, resetAt: NOW + 500, unnamed: 0 }),
  pauseText({ limiter: 'unknown', from: NOW, until: NOW + 1000, resetAt: undefined, unnamed: 3 }),
];
const MEMBERS = [
  [
    'value',
    'scope',
    'lifetimeMs',
    'code',
    'kind',
    'what',
    'remedy',
    'status',
    'oauthError',
    'isNamed',
    'resetAt',
  ],
  ['limiter', 'unnamed', 'resetIn', 'cause', 'retryNow'],
].flat();
const known = fc.constantFrom(
  ...['limited', 'rejected', 'transient', 'timeout', ...LIMITERS].map((word) => JSON.stringify(word)),
);
const value = fc.oneof(
  { weight: 4, arbitrary: nastyObject(MEMBERS, fc.oneof(nastyValue, known)) },
  // Whole, but for what stands at the end once more: of two members with one name, the last counts.
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...EXAMPLES), nastyObject(MEMBERS, fc.oneof(nastyValue, known)))
      .map(([example, more]) => (more === '{}' ? example : `${example.slice(0, -1)},${more.slice(1)}`)),
  },
  { weight: 3, arbitrary: mutated(EXAMPLES, ['"', '{', '1e999', 'null']) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, ...EXAMPLES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
/** As a store says: a day at most for what this library has put there, and much more where somebody else has. */
const remainingMs = fc.oneof(fc.integer({ min: 1, max: 86_400_000 }), fc.constantFrom(1, 2 ** 53 - 1));

holds('stored values', fc.record({ id: fc.constant('id'), value, remainingMs }), (entry) => {
  const token = readStoredToken(entry, NOW);
  if (token !== undefined) checkUsable(token, NOW);
  const wait = readWait(entry, NOW);
  if (wait !== undefined) checkFailureOf(wait);
  const pause = readPause(entry, NOW);
  if (pause === undefined) return;
  assert(LIMITERS.includes(pause.limiter));
  assert(Number.isInteger(pause.unnamed) && pause.unnamed >= 0, `unnamed: ${pause.unnamed}`);
  assert(Number.isFinite(pause.until) && pause.until > NOW);
  checkInstant(pause.until);
  checkInstant(pause.resetAt);
});

/** What replicas tell each other of a failure is no secret: only its form is looked at. */
function checkFailureOf(wait: NonNullable<ReturnType<typeof readWait>>): void {
  const { what, remedy, ...rest } = wait;
  for (const text of [what, remedy]) assert.equal(typeof text, 'string');
  checkFailure({ ...rest, what: 'what', remedy: 'remedy' });
}

const keys = (...bytes: number[]) =>
  new Map(bytes.map((byte) => [`k${byte}`, Uint8Array.from(Buffer.alloc(32, byte))] as const));
const sealer = new SealedEnvelope(keys(1));
const opener = new SealedEnvelope(keys(2, 1));
const SEALED = await Promise.all(
  ['', `{"value":"${CANARY}"}`, 'x'.repeat(300)].map((text) => sealer.seal('key:t', text)),
);

holds(
  'sealed values',
  fc.record({
    name: fc.constantFrom('key:t', 'key:r', 'other:t', ''),
    sealed: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...SEALED) },
      { weight: 4, arbitrary: mutated(SEALED, ['.', '..', 'e30', 'eyJhbGciOiJub25lIn0', '=']) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      {
        weight: 1,
        arbitrary: nastyObject(['alg', 'enc', 'kid', 'name', 'zip', 'crit', 'p2c']).map((header) =>
          [Buffer.from(header).toString('base64url'), ...(SEALED[1] ?? '').split('.').slice(1)].join('.'),
        ),
      },
    ),
  }),
  async ({ name, sealed }) => {
    const opened = await opener.open(name, sealed);
    // Base64 has several spellings of its last character, so that a changed text may still be the same bytes.
    const meant = SEALED.find((text) => sameBytes(text, sealed));
    if (name !== 'key:t' || meant === undefined) assert.equal(opened, undefined);
    else assert.notEqual(opened, undefined);
  },
);

function sameBytes(a: string, b: string): boolean {
  const [ofA, ofB] = [a, b].map((text) =>
    text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex')),
  );
  return ofA?.join('.') === ofB?.join('.') && a.split('.')[0] === b.split('.')[0];
}
