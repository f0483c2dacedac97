import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ResamaniaAuthModule, ResamaniaHttpService, ResamaniaTokenService } from 'nestjs-resamania-auth';
import { openTelemetry } from 'nestjs-resamania-auth/opentelemetry';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

import { systemClock } from '../../../../libs/resamania-auth/src/clock.js';
import { MemoryTokenStore } from '../../../../libs/resamania-auth/src/store/memory-token-store.js';
import { TokenStoreError } from '../../../../libs/resamania-auth/src/store/token-store.js';
import { MetricsModule } from './metrics.module.js';

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly datasource: unknown;
    readonly targets: readonly { readonly datasource: unknown; readonly expr: string }[];
  }[];
}

const TEXT = readFileSync(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8');
const dashboard = JSON.parse(TEXT) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

let sandbox: ResamaniaSandbox;
let app: INestApplication;
let page: string;

beforeAll(async () => {
  sandbox = await ResamaniaSandbox.start({
    chains: [{ clientToken: 'demoapi', clientSecret: 'secret-canary' }],
    rateLimits: { quota: { limit: 1000 } },
  });
  const store = new MemoryTokenStore(systemClock);
  const resamania = ResamaniaAuthModule.forRoot({
    ...sandbox.connection,
    refresh: { warmUp: false },
    tokenRequest: { attempts: 1 },
    store: () => store,
    telemetry: openTelemetry(),
  });
  const module = await Test.createTestingModule({ imports: [resamania, MetricsModule] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  page = await afterTraffic(app, store);
});
afterAll(async () => {
  await app.close();
  await sandbox.stop();
});

/** `/metrics`, when everything has happened once that is measured. */
async function afterTraffic(running: INestApplication, store: MemoryTokenStore): Promise<string> {
  const tokens = running.get(ResamaniaTokenService);
  await firstValueFrom(running.get(ResamaniaHttpService).get('clubs'));
  await tokens.renew();
  store.read = () => Promise.reject(new TokenStoreError('ECONNREFUSED'));
  await tokens.invalidate();
  sandbox.tokenEndpoint.next(faults.oauthError('invalid_client'));
  await expect(tokens.renew()).rejects.toThrow();
  const answer = await fetch(`${await running.getUrl()}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.text();
}

/** The metrics of the library on the page, each by the name it has there. */
function exported(): string[] {
  return [...page.matchAll(/^# TYPE (resamania_auth_\w+) \w+$/gm)].map(([, name = '']) => name).toSorted();
}

/** Those that an expression asks for, as the SDK's own exporter names them: histograms without their parts. */
function metricsIn(expression: string): string[] {
  const plain = expression.replaceAll('${suffix}', '');
  const labels = new Set(labelsIn(expression));
  const names = [...plain.matchAll(/\bresamania_auth_\w+/g)].map(([name]) => name);
  return names
    .filter((name) => !labels.has(name))
    .map((name) => (/_duration_|_lifetime_/.test(name) ? name.replace(/_(?:bucket|count|sum)$/, '') : name));
}

function labelsIn(expression: string): string[] {
  const grouped = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '));
  const selected = [...expression.matchAll(/[{,](\w+)(?:!=|=)/g)].map(([, name = '']) => name);
  return [...grouped, ...selected].filter((name) => name !== '');
}

describe('the dashboard for Grafana', () => {
  it('asks for every metric that is exported, and for none that is not', () => {
    expect(exported()).toHaveLength(8);
    const asked = new Set(expressions.flatMap(metricsIn));
    expect([...asked].toSorted()).toEqual(exported());
  });

  it('names the parts of histograms, and labels, that the metric of the expression has', () => {
    for (const expression of expressions) {
      const plain = expression.replaceAll('${suffix}', '');
      const [series = ''] = /\bresamania_auth_\w+(?=[[{)])/.exec(plain.replaceAll(/by \([^)]*\)/g, '')) ?? [];
      const lines = page.split('\n').filter((line) => line.startsWith(`${series}{`));
      expect([expression, lines.length > 0]).toEqual([expression, true]);
      for (const label of labelsIn(expression))
        expect([expression, label, lines.some((line) => line.includes(`${label}="`))]).toEqual([
          expression,
          label,
          true,
        ]);
    }
  });

  it('has the suffix wherever the unit is a second, and nowhere else', () => {
    for (const expression of expressions) {
      const isInSeconds = /_duration|_lifetime/.test(expression);
      expect([expression, /_(?:duration|lifetime)\$\{suffix\}_/.test(expression)]).toEqual([
        expression,
        isInSeconds,
      ]);
      expect(expression.split('${suffix}')).toHaveLength(isInSeconds ? 2 : 1);
    }
  });

  it('takes its data source from a variable, as file provisioning needs it', () => {
    expect(dashboard.templating.list).toMatchObject([
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
      { name: 'suffix', type: 'textbox', query: '' },
    ]);
    const panelsAndTargets = dashboard.panels.flatMap((panel) => [panel, panel.targets].flat());
    const used = panelsAndTargets.map(({ datasource }) => datasource);
    for (const datasource of used) expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
    expect(TEXT).not.toContain('__inputs');
  });
});

describe('the page for Prometheus', () => {
  it('holds no secret, no token and no name of a chain', () => {
    expect(page).toContain('error_type="credentials_rejected"');
    expect(page).toContain('error_type="ECONNREFUSED"');
    expect(page).not.toMatch(/ey[A-Za-z0-9_-]{10,}\.|secret-canary|demoapi/);
  });
});
