import { createHash } from 'node:crypto';

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Logger, type LoggerService } from '@nestjs/common';

import { createWorld, DEMO } from '../../../../../test/support/engine-world.js';
import { AccessToken } from '../cache/access-token.js';
import { NEST_TAKES_FIELDS, StructuredLog } from './structured-log.js';
import { TokenEventLogger } from './token-event-logger.js';
import type { ResamaniaTokenEvent, TokenFailedEvent, TokenObtainedEvent } from './token-events.js';

const AT = new Date('2026-11-24T17:00:00.000Z');
const LATER = new Date('2026-11-24T18:00:00.000Z');
const FAILED: TokenFailedEvent = {
  type: 'renewal-failed',
  tenant: 'demoapi',
  at: AT,
  code: 'service_unavailable',
  status: 503,
  repeated: false,
  message: 'the token endpoint is failing (503).',
  remedy: 'Wait.',
  nextAttemptAt: LATER,
  tokenStillUsable: true,
};
const OBTAINED: TokenObtainedEvent = {
  type: 'obtained',
  tenant: 'demoapi',
  at: AT,
  renewal: false,
  expiresAt: LATER,
  nextRefreshAt: LATER,
  failures: 0,
  origin: 'store',
};
const TOKEN = new AccessToken({ value: 'secret-token', scope: undefined, issuedAt: 0, expiresAt: 1 });
const DIGEST = createHash('sha256').update('secret-token').digest('hex').slice(0, 8);

afterEach(() => {
  jest.restoreAllMocks();
  Logger.overrideLogger(new ConsoleLogger());
});

/** What a process prints for events, a record each. */
function printed(
  logger: LoggerService,
  events: readonly ResamaniaTokenEvent[],
  { token, nestTakesFields = true }: { token?: AccessToken; nestTakesFields?: boolean } = {},
): string[] {
  const records: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((chunk) => records.push(String(chunk).trimEnd()) > 0);
  Logger.overrideLogger(logger);
  const log = new TokenEventLogger(new StructuredLog('ResamaniaAuth', nestTakesFields));
  for (const event of events) log.write(event, token);
  jest.restoreAllMocks();
  return records;
}

const FAILED_TEXT =
  'Tenant "demoapi": the token endpoint is failing (503). Wait. The current token serves meanwhile. ' +
  'Next try at 2026-11-24T18:00:00.000Z.';

describe("a line in Nest's log", () => {
  it('is known to take fields, by this version of Nest', () => {
    expect(NEST_TAKES_FIELDS).toBe(true);
  });

  it('is one line of text with its fields behind it', () => {
    const [line, ...more] = printed(new ConsoleLogger({ colors: false }), [FAILED]);
    expect(line).toMatch(/ WARN \[ResamaniaAuth\] Tenant/);
    expect(line?.split('[ResamaniaAuth] ')[1]).toBe(
      `${FAILED_TEXT} { event: 'renewal-failed', tenant: 'demoapi', code: 'service_unavailable', status: 503, ` +
        'repeated: false, nextAttemptAt: 2026-11-24T18:00:00.000Z, tokenStillUsable: true }',
    );
    expect(more).toEqual([]);
  });

  it('is one JSON record, with the fields apart or at its root', () => {
    const fields = {
      event: 'renewal-failed',
      tenant: 'demoapi',
      code: 'service_unavailable',
      status: 503,
      repeated: false,
      nextAttemptAt: '2026-11-24T18:00:00.000Z',
      tokenStillUsable: true,
    };
    const common = { level: 'warn', context: 'ResamaniaAuth', message: FAILED_TEXT };
    const [nested, ...more] = printed(new ConsoleLogger({ json: true }), [FAILED]);
    expect(JSON.parse(nested ?? '')).toMatchObject({ ...common, params: fields });
    expect(more).toEqual([]);
    const [flat] = printed(new ConsoleLogger({ json: true, flattenParams: true }), [FAILED]);
    expect(JSON.parse(flat ?? '')).toMatchObject({ ...common, ...fields });
  });

  it('keeps its fields and its context as an error, and has no stack for them', () => {
    const down = { type: 'store-down', at: AT, reason: 'NOAUTH' } as const;
    const [record, ...more] = printed(new ConsoleLogger({ json: true }), [down]);
    const parsed = JSON.parse(record ?? '') as object;
    expect(parsed).toMatchObject({
      level: 'error',
      context: 'ResamaniaAuth',
      message: expect.stringContaining('Check its user'),
      params: { event: 'store-down', reason: 'NOAUTH' },
    });
    expect(parsed).not.toHaveProperty('stack');
    expect(more).toEqual([]);
  });

  it('is text alone where Nest would make two records', () => {
    const plain = printed(new ConsoleLogger({ colors: false }), [FAILED], { nestTakesFields: false });
    expect(plain).toEqual([expect.stringMatching(/\[ResamaniaAuth\] Tenant .*000Z\.$/)]);
    const json = printed(new ConsoleLogger({ json: true }), [FAILED], { nestTakesFields: false });
    expect(json.map((record) => JSON.parse(record) as object)).toEqual([
      expect.not.objectContaining({ params: expect.anything() }),
    ]);
  });

  it("is text alone for a logger that is not Nest's, which gets the context where it expects it", () => {
    const calls: unknown[][] = [];
    const note = (...args: unknown[]) => calls.push(args);
    expect(printed({ log: note, warn: note, error: note, debug: note }, [FAILED])).toEqual([]);
    expect(calls).toEqual([[FAILED_TEXT, 'ResamaniaAuth']]);
  });

  it('is none where the log is off', () => {
    Logger.overrideLogger(false);
    expect(() => new TokenEventLogger().write(FAILED)).not.toThrow();
  });
});

describe('a token in the log', () => {
  const levels = (records: readonly string[]) =>
    records.map((record) => JSON.parse(record) as { level: string; message: string; params: object });

  it('is a short digest, at debug alone', () => {
    const renewal = { ...OBTAINED, renewal: true, origin: 'endpoint' as const };
    const rejected = { type: 'rejected', tenant: 'demoapi', at: AT } as const;
    const records = printed(new ConsoleLogger({ json: true }), [OBTAINED, renewal, rejected], {
      token: TOKEN,
    });
    expect(levels(records)).toMatchObject([
      { level: 'log', message: 'Tenant "demoapi": token adopted, expires 2026-11-24T18:00:00.000Z' },
      { level: 'debug', message: `Tenant "demoapi": digest of the obtained token ${DIGEST}` },
      {
        level: 'debug',
        message: `Tenant "demoapi": token renewed, expires 2026-11-24T18:00:00.000Z, digest ${DIGEST}`,
        params: { digest: DIGEST, origin: 'endpoint' },
      },
      { level: 'warn', message: 'Tenant "demoapi": token dropped before its time' },
      { level: 'debug', message: `Tenant "demoapi": digest of the rejected token ${DIGEST}` },
    ]);
    for (const { level, message, params } of levels(records)) {
      expect(JSON.stringify([message, params])).not.toContain('secret');
      if (level !== 'debug') expect(JSON.stringify([message, params])).not.toContain(DIGEST);
    }
  });

  it('is the same token in two lines where the digests are equal: of the engine, with its events as they come', async () => {
    const world = createWorld(DEMO);
    const events: object[] = [];
    world.service.events$.subscribe((event) => events.push(event));
    const digests: string[] = [];
    jest.spyOn(Logger.prototype, 'debug').mockImplementation((line: unknown) => {
      digests.push(...(/digest .*([0-9a-f]{8})$/.exec(String(line))?.slice(1) ?? []));
    });
    for (const level of ['warn', 'log'] as const)
      jest.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
    const logger = new TokenEventLogger();
    world.hub.records$.subscribe(({ event, token }) => logger.write(event, token));
    world.engine.start();
    await world.clock.advance(60_000);
    await world.service.invalidate('demoapi');
    await world.clock.advance(60_000);
    expect(digests).toHaveLength(3);
    expect(digests[0]).toBe(digests[1]);
    expect(digests[2]).not.toBe(digests[0]);
    expect(JSON.stringify(events)).not.toMatch(new RegExp(digests.join('|')));
    for (const event of events) expect(Object.values(event)).not.toContainEqual(expect.any(AccessToken));
  });
});
