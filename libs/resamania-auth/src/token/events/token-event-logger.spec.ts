import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld, json, text } from '../../../../../test/support/engine-world.js';
import { TokenEventLogger } from './token-event-logger.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const lines: string[] = [];

beforeEach(() => {
  lines.length = 0;
  for (const level of ['warn', 'log'] as const)
    jest.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => {
      lines.push(`${level} ${String(line)}`);
    });
  jest.spyOn(Logger.prototype, 'debug').mockImplementation(() => undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
});

function logged(options = DEMO): EngineWorld {
  const world = createWorld(options);
  const logger = new TokenEventLogger();
  world.service.events$.subscribe((event) => logger.write(event));
  world.engine.start();
  return world;
}

describe('the log', () => {
  it('has one line for each change of state in an outage of an hour', async () => {
    const world = logged();
    await world.clock.advance(MINUTE);
    world.endpoint.always(() => text(503, 'down'));
    await world.clock.advance(90 * MINUTE);
    world.endpoint.always(undefined);
    await world.clock.advance(5 * MINUTE);
    expect(lines).toEqual([
      expect.stringMatching(/^log Tenant "demoapi": token obtained, expires/),
      expect.stringMatching(/^warn Tenant "demoapi": the token endpoint is failing.*current token serves/),
      expect.stringMatching(/^warn Tenant "demoapi": without a token from now on \(service_unavailable\)/),
      expect.stringMatching(/^log Tenant "demoapi": token renewed, after \d+ failed requests, expires/),
    ]);
  });

  it('has one line where there was no token at all, and another when the reason changes', async () => {
    const world = createWorld();
    const logger = new TokenEventLogger();
    world.service.events$.subscribe((event) => logger.write(event));
    world.endpoint.always(() => text(503, 'down'));
    world.engine.start();
    await world.clock.advance(10 * MINUTE);
    expect(lines).toEqual([expect.stringContaining('is failing')]);
    world.endpoint.always(() => json(400, { error: 'invalid_client' }));
    await world.clock.advance(HOUR);
    expect(lines).toEqual([expect.stringContaining('is failing'), expect.stringContaining('invalid_client')]);
  });

  it('says how much of a quota is used, in whole percent', async () => {
    const world = logged();
    world.endpoint.always((request) => ({
      ...world.endpoint.token(request),
      headers: { 'x-quota-limit': '1000', 'x-quota-remaining': '45' },
    }));
    await world.clock.advance(MINUTE);
    expect(lines).toContainEqual(
      `warn Tenant "demoapi": 95 % of the gateway's quota is used, 45 of 1000 requests are left`,
    );
  });
});
