import * as fc from 'fast-check';

import { readTokenAnswer } from '../../libs/resamania-auth/src/token/request/token-answer.js';
import { TokenRequestFailed } from '../../libs/resamania-auth/src/token/request/token-failure.js';
import type { HttpAnswer } from '../../libs/resamania-auth/src/token/request/http-token-transport.js';
import { createWorld, DEMO, type Reply } from '../support/engine-world.js';
import { holds } from './fuzz.js';
import { CANARY, mutated, nastyHeaders, nastyObject, nastyValue, status } from './hostile.js';
import { checkFailure, checkInstant, checkOwnError, checkSilent, checkUsable } from './invariants.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A JWT whose claims are anything, and strings that look like one. */
const token = nastyObject(['exp', 'iat']).map((claims) =>
  JSON.stringify(`${CANARY}.${Buffer.from(claims).toString('base64url')}.s`),
);
const EXAMPLES = [
  `{"access_token":"${CANARY}","expires_in":3600,"token_type":"bearer","scope":null,"refresh_token":"${CANARY}-r"}`,
  `{"access_token":"${CANARY}.eyJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyOTIwMH0.s","expires_in":"3600"}`,
  `{"error":"invalid_client","error_description":"${CANARY}"}`,
  `{"message":"${CANARY}","http_status_code":401}`,
  `<html>${CANARY}</html>`,
];
const MEMBERS = [
  'access_token',
  'expires_in',
  'token_type',
  'scope',
  'refresh_token',
  'error',
  'http_status_code',
];
const body = fc.oneof(
  { weight: 4, arbitrary: nastyObject(MEMBERS, fc.oneof(token, nastyValue)) },
  { weight: 2, arbitrary: mutated(EXAMPLES, ['"', '{', '}', ':', '1e999', 'null', '\\u0000']) },
  { weight: 1, arbitrary: fc.constantFrom(...EXAMPLES) },
  { weight: 1, arbitrary: nastyValue },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const answer: fc.Arbitrary<HttpAnswer> = fc.record({ status, headers: nastyHeaders, body });
const principal = fc.constantFrom(undefined, { club: '/demoapi/clubs/1' });

holds(
  'token answers',
  fc.record({ answer, principal, tookMs: fc.nat(100_000) }),
  ({ answer: given, principal: of, tookMs }) => {
    try {
      checkUsable(readTokenAnswer(given, NOW - tookMs, NOW, of), NOW);
    } catch (error) {
      if (!(error instanceof TokenRequestFailed)) throw error;
      checkFailure(error.failure);
      checkSilent(error);
    }
  },
);

const fault = fc.record({
  reason: fc.constantFrom('timeout' as const, 'network' as const, 'oversized' as const, 'cut off' as const),
  detail: fc.constantFrom('ECONNREFUSED', 'ENOTFOUND', 'CERT_HAS_EXPIRED', 'ERR_BAD_RESPONSE', 'E_X'),
});
const reply: fc.Arbitrary<Reply> = fc.oneof(
  { weight: 8, arbitrary: answer },
  { weight: 1, arbitrary: fault },
  { weight: 1, arbitrary: fc.constant('hang' as const) },
);

holds('token requests', fc.array(reply, { minLength: 1, maxLength: 4 }), async (replies) => {
  const [tenant] = DEMO.tenants ?? [];
  const options = {
    ...DEMO,
    apiKey: `${CANARY}-key`,
    tokenRequest: { timeoutMs: 1000, deadlineMs: 3000 },
    tenants: [{ ...tenant, clientSecret: `${CANARY}-secret` }],
  };
  const world = createWorld(options as typeof DEMO);
  let turn = -1;
  world.endpoint.always(() => replies[(turn += 1) % replies.length]);
  const call = world.service.getToken().then(
    (issued) => {
      if (!/^[\x21-\x7e]+$/.test(issued.value)) throw new Error('handed out what no header can carry');
      if (issued.expiresAt.getTime() <= world.clock.now()) throw new Error('handed out an expired token');
      checkInstant(issued.issuedAt.getTime());
      checkSilent(issued);
    },
    (error: unknown) => checkOwnError(error),
  );
  await world.clock.advance(5_000);
  await call;
  for (const { expiresAt, nextRefreshAt, failure } of world.service.status()) {
    for (const date of [expiresAt, nextRefreshAt]) checkInstant(date?.getTime());
    checkSilent(failure);
  }
  checkSilent(world.events);
  world.engine.stop();
});
