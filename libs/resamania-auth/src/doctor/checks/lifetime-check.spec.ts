import { describe, expect, it } from '@jest/globals';

import { DEFAULTS } from '../../options/option-table.js';
import { readTokenAnswer } from '../../token/request/token-answer.js';
import type { Finding } from './diagnosis.js';
import { checkLifetime } from './lifetime-check.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

interface Answer {
  readonly expiresIn?: number;
  /** `iat`, in seconds from now. */
  readonly issued?: number;
  readonly lives?: number;
  /** The `Date` header, in seconds from now. */
  readonly dated?: number;
  readonly tookMs?: number;
}

function check({ expiresIn = 3600, issued = 0, lives = expiresIn, dated, tookMs = 0 }: Answer): Finding {
  const iat = NOW / 1000 + issued;
  const payload = Buffer.from(JSON.stringify({ iat, exp: iat + lives })).toString('base64url');
  const body = JSON.stringify({ access_token: `x.${payload}.y`, expires_in: expiresIn });
  const headers = dated === undefined ? {} : { date: new Date(NOW + dated * 1000).toUTCString() };
  const answer = { status: 200, headers, body };
  const result = readTokenAnswer(answer, NOW - tookMs, NOW);
  return checkLifetime(result, { result, answer, endedAt: NOW, durationMs: tookMs }, DEFAULTS.refresh);
}

describe('checkLifetime', () => {
  it('says how long a token lives, and when it will be renewed', () => {
    expect(check({})).toEqual({
      verdict: 'ok',
      detail: '60 min; renewed 39 min to 45 min after its issue',
    });
  });

  it.each<[Answer, string]>([
    [{ expiresIn: 59 }, 'the token lives for 59 s only'],
    [{ lives: 600 }, 'expires_in says 60 min, the token itself 10 min'],
    [{ dated: 31 }, "the server's clock is 31 s ahead of this machine's"],
    [{ dated: -180, issued: -180 }, "the server's clock is 3 min behind this machine's"],
    [{ issued: 180 }, "the server's clock is 3 min ahead of this machine's"],
    [{ issued: 180, dated: 0 }, 'the token says that it was issued 3 min in the future'],
    [
      { dated: 180, expiresIn: 59 },
      "the token lives for 59 s only\nthe server's clock is 3 min ahead of this machine's",
    ],
  ])('warns of %j', (answer, detail) => {
    expect(check(answer)).toMatchObject({ verdict: 'warning', detail, remedy: expect.any(String) });
  });

  it.each<Answer>([
    { expiresIn: 60 },
    { dated: 30 },
    { dated: -30 },
    // A server may hand out the same token again.
    { issued: -600, dated: 0 },
    // Dated before it was on its way for long.
    { dated: -35, issued: -35, tookMs: 6_000 },
  ])('does not mind %j', (answer) => {
    expect(check(answer).verdict).toBe('ok');
  });
});
