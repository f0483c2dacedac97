// The sources of a project: those of the README and of docs/, word by word, with what a row asks for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './packages.js';

const APPLICATION = ['app.module.ts', 'clubs.service.ts', 'clubs.controller.ts'];

/** What a row's `features` add to the application's module: imports, and options of `resamaniaConfig.asProvider()`. */
const FEATURES = {
  opentelemetry: {
    imports: `import { openTelemetry } from 'nestjs-resamania-auth/opentelemetry';`,
    option: `telemetry: openTelemetry()`,
  },
  undici: {
    imports: `import { undiciAdapter } from 'nestjs-resamania-auth/undici';`,
    option: `http: { axios: { adapter: undiciAdapter() } }`,
  },
  // Nobody listens there: no call fails for it.
  redis: {
    imports: `import { redisTokenStore } from 'nestjs-resamania-auth/redis';`,
    option: `store: redisTokenStore({ url: 'redis://127.0.0.1:1', keys: 'k1:${Buffer.alloc(32, 1).toString('base64')}' })`,
  },
};

/** Prints each metric as it is exported. */
const METRICS = `
import { metrics } from '@opentelemetry/api';
import { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

const exporter = new ConsoleMetricExporter();
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 500, exportTimeoutMillis: 400 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
`;

/** Nobody runs it: that it compiles is what counts. */
const USES_TESTING = `
import { FakeResamania } from 'nestjs-resamania-auth/testing';

export const fake = new FakeResamania({ tenants: ['demoapi'] });
`;

/** The service of a project that can import the main entry alone. */
const SERVICE_OF_MAIN_ENTRY = `
import { Injectable } from '@nestjs/common';
import { ResamaniaHttpService } from 'nestjs-resamania-auth';
import { firstValueFrom } from 'rxjs';

export interface Club {
  readonly '@id': string;
  readonly name: string;
}

@Injectable()
export class ClubsService {
  constructor(private readonly resamania: ResamaniaHttpService) {}

  async list(): Promise<Club[]> {
    const answer = await firstValueFrom(this.resamania.get<{ 'hydra:member': Club[] }>('clubs'));
    return answer.data['hydra:member'];
  }
}
`;

/** A test on the sandbox that globalSetup started. */
const RUN_WIDE_SPEC = `
import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';

import { AppModule } from './app.module.js';
import { ClubsService } from './clubs.service.js';

it('lists the clubs of the sandbox of the whole run', async () => {
  const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
  await app.init();
  expect(await app.get(ClubsService).list()).toHaveLength(3);
  await app.close();
});
`;

/** The files of `src`, by name. */
export function sourcesOf(row) {
  const readme = blocks('README.md', 'ts');
  const files = Object.fromEntries(APPLICATION.map((name) => [name, required(readme, name)]));
  files['app.module.ts'] = withFeatures(files['app.module.ts'], row.features);
  if (row.mainEntryOnly) files['clubs.service.ts'] = SERVICE_OF_MAIN_ENTRY;
  files['main.ts'] = mainOf(row);
  if (row.features.includes('opentelemetry')) files['metrics.ts'] = METRICS;
  if (row.features.includes('testing')) files['testing.ts'] = USES_TESTING;
  Object.assign(files, specsOf(row));
  return Object.fromEntries(Object.entries(files).map(([name, code]) => [name, inModulesOf(row, code)]));
}

/** The files of globalSetup for jest, by name: as the sandbox's README has them. */
export function globalSetup() {
  const all = blocks('libs/resamania-sandbox/README.md', 'js');
  return Object.fromEntries(
    ['global-setup.js', 'global-teardown.js'].map((name) => [name, required(all, name)]),
  );
}

/** What docs/testing.md adds to the configuration of jest in a CommonJS application. */
export function lineForJest() {
  const page = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
  const block = /^```json\n(\{\s*"transformIgnorePatterns".*?)^```$/ms.exec(page)?.[1];
  if (block === undefined) throw new Error('docs/testing.md has no transformIgnorePatterns');
  return JSON.parse(block);
}

/** As `nest new` writes it, for Express. */
function mainOf(row) {
  const isFastify = row.platform === 'fastify';
  const imports = isFastify
    ? `import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';\n`
    : '';
  const created = isFastify
    ? 'NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter())'
    : 'NestFactory.create(AppModule)';
  return `${row.features.includes('opentelemetry') ? `import './metrics.js';\n` : ''}
import { NestFactory } from '@nestjs/core';
${imports}import { AppModule } from './app.module.js';

async function bootstrap() {
  const app = await ${created};
  await app.listen(process.env.PORT ?? 3000);
}
${row.modules === 'esm' ? 'await' : 'void'} bootstrap();
`;
}

function withFeatures(module, features) {
  const wanted = features.map((name) => FEATURES[name]).filter((feature) => feature !== undefined);
  if (wanted.length === 0) return module;
  const changed = module
    .replace('.asProvider()', `.asProvider({ ${wanted.map(({ option }) => option).join(', ')} })`)
    .replace(/\n\n/, `\n${wanted.map(({ imports }) => imports).join('\n')}\n\n`);
  if (!changed.includes('.asProvider({')) throw new Error("the README's module calls asProvider() no more");
  return changed;
}

function specsOf({ tests }) {
  if (tests === undefined) return {};
  const page = blocks('docs/testing.md', 'ts');
  const specs = { 'calls.service.spec.ts': required(page, 'calls.service.spec.ts') };
  if (tests.sandbox === 'in-test') specs['clubs.service.spec.ts'] = required(page, 'clubs.service.spec.ts');
  if (tests.sandbox === 'global-setup') specs['run-wide.spec.ts'] = RUN_WIDE_SPEC;
  if (tests.tool !== 'vitest') return specs;
  return Object.fromEntries(
    Object.entries(specs).map(([name, code]) => [name, code.replace('@jest/globals', 'vitest')]),
  );
}

/** CommonJS leaves out the `.js` of imports of own files. */
function inModulesOf(row, code) {
  return row.modules === 'esm' ? code : code.replaceAll(/(from |import )'(\.\/[^']+)\.js'/g, "$1'$2'");
}

function blocks(page, language) {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\\n// ([\\w.-]+)\\n(.*?)^\`\`\`$`, 'gms'));
  return new Map([...found].map(([, name, code]) => [name, code]));
}

function required(map, name) {
  const code = map.get(name);
  if (code === undefined) throw new Error(`the documentation has no ${name}`);
  return code;
}
