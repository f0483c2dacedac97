import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from '@jest/globals';

interface Span {
  readonly id: string;
  readonly name: string;
  readonly url?: string;
  readonly trace: string;
  readonly parent?: string;
}

/** What a secret function saw; what it saw nothing of is absent. */
interface Seen {
  readonly tenant: string;
  readonly store?: string;
  readonly current?: string;
  readonly isTraced: boolean;
}

const TENANTS = ['replayed', 'on-demand', 'registered'];

/** Requests of an application that is traced by OpenTelemetry's SDK cause tokens: by a 401, by a call, by a registration. */
describe.each([
  ['without telemetry of the library', []],
  ['with it', ['--telemetry']],
])('the traces of an application, %s', (_what, flags) => {
  let spans: Span[];
  let seen: Seen[];

  beforeAll(async () => {
    const script = resolve('test/support/traced-process.mjs');
    const env = { ...process.env, NODE_OPTIONS: '' };
    const run = promisify(execFile)(process.execPath, [script, ...flags], { env, timeout: 55_000 });
    ({ spans, seen } = JSON.parse((await run).stdout) as { spans: Span[]; seen: Seen[] });
  }, 60_000);

  const requests = () => spans.filter(({ name }) => TENANTS.includes(name));
  const tokenSpans = () => spans.filter(({ url }) => url?.endsWith('/oauth/v2/token') === true);

  it("hold each request's own API calls", () => {
    const calls = requests().map(({ name, trace }) => [
      name,
      spans.filter((span) => span.trace === trace && span.url?.endsWith('/clubs') === true).length,
    ]);
    expect(calls).toEqual([
      // The call, and its replay after the 401.
      ['replayed', 2],
      ['on-demand', 1],
      ['registered', 1],
    ]);
  });

  it('hold no token request: neither the one that a request caused nor a renewal after it has ended', () => {
    const traces = new Set(requests().map(({ trace }) => trace));
    expect(tokenSpans().length).toBeGreaterThanOrEqual(3 * TENANTS.length);
    expect(tokenSpans().filter(({ trace }) => traces.has(trace))).toEqual([]);
    const fetches = spans.filter(({ name }) => name === 'resamania.auth.token.fetch');
    expect(fetches.filter(({ parent }) => parent !== undefined)).toEqual([]);
    // Each has the span of its fetch above it, where there are such; else it is a root.
    const above = tokenSpans().map(({ parent }) => parent);
    expect(above).toEqual(flags.length === 0 ? above.map(() => undefined) : fetches.map(({ id }) => id));
  });

  it("do not reach secret functions, nor does a request's store or its tenant", () => {
    for (const tenant of TENANTS) {
      const own = seen.filter((each) => each.tenant === tenant);
      expect(own.length).toBeGreaterThanOrEqual(3);
      for (const each of own) expect(each).toEqual({ tenant, isTraced: flags.length > 0 });
    }
  });
});
