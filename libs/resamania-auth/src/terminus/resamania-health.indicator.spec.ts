import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { HealthCheckService, type HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';

import { createWorld, DEMO, type EngineWorld, json, text } from '../../../../test/support/engine-world.js';
import { Fleet } from '../../../../test/support/fleet.js';
import { leaksOf } from '../../../../test/support/shown.js';
import { ResamaniaTokenService } from '../token/resamania-token.service.js';
import { ResamaniaHealthIndicator } from './resamania-health.indicator.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HEALTHY = { tenants: 1, withoutToken: 0, notRenewed: 0 };

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly resamania: ResamaniaHealthIndicator,
  ) {}

  @Get()
  check() {
    return this.health.check([() => this.resamania.isHealthy('resamania')]);
  }
}

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** What a probe gets of an application with the real Terminus. */
async function probed({ service }: EngineWorld): Promise<{ status: number; overall: string; part: unknown }> {
  if (app === undefined) {
    const module = await Test.createTestingModule({
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [ResamaniaHealthIndicator, { provide: ResamaniaTokenService, useValue: service }],
    }).compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
  }
  const answer = await fetch(`${await app.getUrl()}/health`);
  const body = (await answer.json()) as { status: string; details: { resamania: unknown } };
  return { status: answer.status, overall: body.status, part: body.details.resamania };
}

/** Terminus 11: two statuses, and no method for a third. */
const TERMINUS_11 = {
  check: (key: string) => ({
    up: (data: object) => ({ [key]: { status: 'up', ...data } }),
    down: (data: object) => ({ [key]: { status: 'down', ...data } }),
  }),
} as unknown as HealthIndicatorService;

function onTerminus11({ service }: EngineWorld): unknown {
  return new ResamaniaHealthIndicator(TERMINUS_11, service).isHealthy('resamania');
}

/** The entry of the demo tenant. */
function troubled(hasToken: boolean, code: string): unknown {
  return { tenant: 'demoapi', hasToken, code, nextAttemptAt: expect.anything() };
}

describe('the health indicator', () => {
  it('is up before, while and after the first token comes', async () => {
    const world = createWorld();
    const up = { status: 200, overall: 'ok', part: { status: 'up', ...HEALTHY } };
    expect(await probed(world)).toEqual(up);
    world.endpoint.latencyMs = SECOND;
    world.engine.start();
    await world.clock.advance(100);
    expect(world.service.status()[0]?.state).toBe('obtaining');
    expect(await probed(world)).toEqual(up);
    await world.clock.advance(MINUTE);
    expect(world.service.status()[0]?.state).toBe('valid');
    expect(await probed(world)).toEqual(up);
  });

  it('is degraded while the old token serves, down when it has run out, and up with the next one', async () => {
    const world = createWorld();
    world.engine.start();
    await world.clock.advance(MINUTE);
    world.endpoint.always(() => text(503, 'down'));
    await world.clock.advance(48 * MINUTE);
    const notRenewed = { ...HEALTHY, notRenewed: 1, inTrouble: [troubled(true, 'service_unavailable')] };
    expect(await probed(world)).toEqual({
      status: 200,
      overall: 'degraded',
      part: { status: 'degraded', ...notRenewed },
    });
    expect(onTerminus11(world)).toEqual({ resamania: { status: 'up', ...notRenewed } });

    await world.clock.advance(20 * MINUTE);
    const without = { ...HEALTHY, withoutToken: 1, inTrouble: [troubled(false, 'service_unavailable')] };
    const down = { status: 503, overall: 'error', part: { status: 'down', ...without } };
    expect(await probed(world)).toEqual(down);
    expect(onTerminus11(world)).toEqual({ resamania: { status: 'down', ...without } });

    world.endpoint.always(undefined);
    await world.clock.advance(5 * MINUTE);
    expect(await probed(world)).toEqual({ status: 200, overall: 'ok', part: { status: 'up', ...HEALTHY } });
  });

  it('stays down at every instant of an outage, also while a request is under way', async () => {
    const world = createWorld();
    world.endpoint.always(() => text(503, 'down'));
    world.engine.start();
    await world.clock.advance(MINUTE);
    const seen = new Set<string>();
    for (let step = 0; step < 600; step += 1) {
      await world.clock.advance(SECOND / 20);
      seen.add(world.service.status()[0]?.state ?? '');
      expect(onTerminus11(world)).toMatchObject({ resamania: { status: 'down' } });
    }
    expect([...seen].toSorted()).toEqual(['obtaining', 'waiting']);
  });

  it('makes no request, where there is no token and where one is due', async () => {
    const world = createWorld();
    expect(await probed(world)).toMatchObject({ part: { tenants: 1 } });
    await world.clock.advance(MINUTE);
    expect(world.endpoint.requests).toEqual([]);
    const first = world.service.getAccessToken('demoapi');
    await world.clock.advance(SECOND);
    await first;
    // The schedule is not started: whoever asked for the token now would have it renewed.
    await world.clock.advance(50 * MINUTE);
    expect(await probed(world)).toMatchObject({ part: { tenants: 1 } });
    await world.clock.advance(MINUTE);
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('tells that the shared store is down, since when and why', async () => {
    const fleet = new Fleet(1);
    fleet.start();
    await fleet.clock.advance(MINUTE);
    fleet.trouble = () => 'fails';
    await fleet.clock.advance(60 * MINUTE);
    const world = fleet.get(0);
    expect(await probed(world)).toEqual({
      status: 200,
      overall: 'degraded',
      part: {
        status: 'degraded',
        ...HEALTHY,
        storeDown: { since: expect.any(String), reason: 'ECONNREFUSED' },
      },
    });
    expect(onTerminus11(world)).toMatchObject({ resamania: { status: 'up', storeDown: {} } });
  });

  it('names twenty tenants, those without a token first, and counts all', async () => {
    const tenants = Array.from({ length: 30 }, (_, index) => ({
      clientToken: `chain${index}`,
      clientId: `${index}`,
      clientSecret: 'demo-secret',
    }));
    const world = createWorld({ ...DEMO, tenants });
    // The last five never get a token, and 25 cannot renew theirs.
    const hasNone = (id: string | undefined) => Number(id) >= 25;
    const refused = json(400, { error: 'invalid_client' });
    world.endpoint.always(({ form }) => (hasNone(form['client_id']) ? refused : undefined));
    world.engine.start();
    await world.clock.advance(5 * MINUTE);
    world.endpoint.always(() => refused);
    await world.clock.advance(53 * MINUTE);
    const { part } = await probed(world);
    expect(part).toMatchObject({ status: 'down', tenants: 30, withoutToken: 5, notRenewed: 25 });
    const { inTrouble } = part as { inTrouble: { hasToken: boolean; tenant: string }[] };
    expect(inTrouble.map(({ hasToken }) => hasToken)).toEqual(
      Array.from({ length: 20 }, (_, index) => index >= 5),
    );
    expect(inTrouble[0]).toEqual({
      tenant: 'chain25',
      hasToken: false,
      code: 'credentials_rejected',
      nextAttemptAt: expect.any(String),
    });
  });

  it('does not mind a principal without a token', async () => {
    const world = createWorld();
    world.engine.start();
    await world.clock.advance(MINUTE);
    world.endpoint.next(json(400, { error: 'invalid_grant' }));
    const principal = { contactEmail: 'nobody@example.com' };
    const failed = world.service.getAccessToken('demoapi', { principal }).catch((error: unknown) => error);
    await world.clock.advance(SECOND);
    expect(await failed).toBeInstanceOf(Error);
    expect(world.service.status()).toHaveLength(2);
    expect(await probed(world)).toMatchObject({ overall: 'ok', part: { tenants: 1 } });
  });

  it('has no secret and no token in its detail', async () => {
    const world = createWorld();
    world.engine.start();
    await world.clock.advance(MINUTE);
    const token = world.service.peek('demoapi')?.value ?? 'none';
    world.endpoint.always(() => json(400, { error: 'invalid_client', error_description: 'demo-secret' }));
    await world.clock.advance(50 * MINUTE);
    const result = onTerminus11(world);
    expect(result).toMatchObject({ resamania: { notRenewed: 1 } });
    expect(leaksOf(result, new RegExp(`demo-secret|${token.split('|')[0]}`))).toEqual([]);
  });
});
