import { describe, expect, it } from '@jest/globals';

import { MAX_WAIT_MS } from '../../store/token-store.js';
import { tokenFailure } from '../request/token-failure.js';
import {
  PAUSE_IS_OVER,
  pauseText,
  readPause,
  readStoredToken,
  readWait,
  tokenText,
  waitText,
} from './shared-values.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const FOREIGN_MS = Number.MAX_SAFE_INTEGER;

function entry(value: string, remainingMs = 1000) {
  return { id: 'id', value, remainingMs };
}

describe('A stored token', () => {
  it.each(['1e308', '-1', '0', '"3600000"', '[1]', '{"valueOf":1,"toString":1}', 'null'])(
    'is none with a lifetime of %s',
    (lifetimeMs) => {
      expect(readStoredToken(entry(`{"value":"token","lifetimeMs":${lifetimeMs}}`), NOW)).toBeUndefined();
      expect(readStoredToken(entry('{"value":"token","lifetimeMs":1000}'), NOW)).toMatchObject({
        value: 'token',
      });
    },
  );
});

describe('A stored wait', () => {
  const text = waitText(tokenFailure('quota', { status: 429, resetAt: NOW }));

  it('is read as it was written', () => {
    const { what, remedy } = tokenFailure('quota');
    const wait = { code: 'quota_exhausted', kind: 'limited', what, remedy, status: 429, retryNow: false };
    expect(readWait(entry(text), NOW)).toEqual({ ...wait, resetAt: NOW + 1000 });
  });

  it('brings nothing that the library did not write', () => {
    const more = '"status":"<b>","oauthError":"yes","resetAt":"soon","cause":{"a":1},"isNamed":1}';
    const wait = readWait(entry(`${text.slice(0, -1)},${more}`), NOW);
    expect(Object.keys(wait ?? {}).toSorted()).toEqual(['code', 'kind', 'remedy', 'retryNow', 'what']);
  });

  it('ends after an hour at the latest', () => {
    expect(readWait(entry(text, FOREIGN_MS), NOW)?.resetAt).toBe(NOW + MAX_WAIT_MS);
  });

  it.each(['"kind":{"toString":1,"valueOf":2}', '"kind":"toString"', '"code":"a\\nb"', '"what":""'])(
    'is none with %s',
    (member) => {
      expect(readWait(entry(`${text.slice(0, -1)},${member}}`), NOW)).toBeUndefined();
    },
  );
});

describe('A stored pause', () => {
  const text = pauseText({ limiter: 'quota', from: NOW, until: NOW + 1000, resetAt: NOW + 900, unnamed: 2 });

  it('is read as it was written', () => {
    const times = { from: NOW, until: NOW + 1000, resetAt: NOW + 900 };
    expect(readPause(entry(text), NOW)).toEqual({ limiter: 'quota', ...times, unnamed: 2 });
  });

  it.each(['"resetIn":1e999', '"resetIn":-1e300'])('names no reset that no date can hold: %s', (member) => {
    expect(readPause(entry(`${text.slice(0, -1)},${member}}`), NOW)?.resetAt).toBeUndefined();
  });

  it.each(['"unnamed":-1', '"unnamed":0.5', '"unnamed":"1"', '"resetIn":"1"', '"limiter":"other"'])(
    'is none with %s',
    (member) => {
      expect(readPause(entry(`${text.slice(0, -1)},${member}}`), NOW)).toBeUndefined();
    },
  );
});

it('What is stored has the form that the names in the store call 1: another form needs another number there', () => {
  const token = { value: 'a token', scope: 'read', lifetimeMs: 1000, requestedAt: NOW };
  const { what, remedy } = tokenFailure('quota');
  const pause = { limiter: 'quota', from: NOW, until: NOW + 1000, resetAt: NOW + 900, unnamed: 2 } as const;
  expect(tokenText({ ...token, refreshToken: 'refresh', oddity: undefined })).toBe(
    '{"value":"a token","scope":"read","lifetimeMs":1000}',
  );
  expect(JSON.parse(waitText(tokenFailure('quota', { status: 429, resetAt: NOW })))).toEqual({
    code: 'quota_exhausted',
    kind: 'limited',
    what,
    remedy,
    status: 429,
    isNamed: true,
  });
  expect(pauseText(pause)).toBe('{"limiter":"quota","unnamed":2,"resetIn":-100}');
  expect(PAUSE_IS_OVER).toBe('{"over":true}');
});
