import { afterEach, describe, expect, it } from '@jest/globals';
import type { TenantTokenStatus } from 'nestjs-resamania-auth';
import { NEVER, Subject } from 'rxjs';

import { SandboxDemo } from './sandbox-demo.js';

const HOUR_MS = 3_600_000;

let demo: SandboxDemo | undefined;
afterEach(() => demo?.onApplicationShutdown());

function build(status: Partial<TenantTokenStatus>) {
  const events = new Subject<{ type: string; code?: string }>();
  const surface = { down: () => undefined, reset: () => undefined };
  const running = { tokenEndpoint: surface, api: surface, journal: { entries$: NEVER } };
  const updated: string[] = [];
  const built = new SandboxDemo(
    { running } as never,
    { update: (name: string) => updated.push(name) } as never,
    { events$: events, status: () => [{ tenant: 'nordgym', ...status }] } as never,
    {} as never,
  );
  built.onModuleInit();
  demo = built;
  const happens = async (type: string, code?: string): Promise<void> => {
    events.next({ type, ...(code !== undefined && { code }) });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { faults: built.faults, updated, happens };
}

describe('SandboxDemo', () => {
  it('asks for a token at once where the key was refused by a request that outlasted the fault', async () => {
    const failure = { code: 'gateway_refused' } as NonNullable<TenantTokenStatus['failure']>;
    const { faults, updated, happens } = build({ failure });
    faults.start('gateway-key');
    await happens('renewal-failed', 'gateway_refused');
    expect(updated).toEqual([]);
    faults.stop();
    await happens('renewal-failed', 'gateway_refused');
    expect(updated).toEqual(['nordgym']);
  });

  it('keeps the token service down for longer when a renewal was let through as it went down', async () => {
    const status: { nextRefreshAt: Date } = { nextRefreshAt: new Date() };
    const { faults, happens } = build(status);
    const until = (): number => Number(faults.list().find(({ name }) => name === 'token-service')?.until);
    faults.start('token-service');
    expect(until()).toBeLessThan(Date.now() + HOUR_MS);
    await happens('obtained');
    expect(until()).toBeLessThan(Date.now() + HOUR_MS);
    Object.assign(status, { nextRefreshAt: new Date(Date.now() + HOUR_MS) });
    await happens('obtained');
    expect(until()).toBeGreaterThan(Date.now() + HOUR_MS);
  });
});
