import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { BuiltPackage, installed, link } from './support/packages.js';
import { PublicApi } from './support/public-api.js';
import { ROOT } from './support/sources.js';

const auth = new BuiltPackage('libs/resamania-auth');
const sandbox = new BuiltPackage('libs/resamania-sandbox');
const PUBLIC_API: unknown = JSON.parse(readFileSync(join(ROOT, 'test/public-api.json'), 'utf8'));

/** What every application does, by the package's main entry. */
const CORE = `
import axios, { type AxiosRequestConfig } from 'axios';
import { HttpService } from '@nestjs/axios';
import { type ResamaniaAuthOptions, ResamaniaAuthInterceptor, ResamaniaAuthModule, ResamaniaHttpService, resamaniaConfig } from 'nestjs-resamania-auth';

const shared: AxiosRequestConfig = { timeout: 5_000, resamania: { tenant: 'alpha' } };
const options: ResamaniaAuthOptions = {
  apiBaseUrl: 'https://host',
  tenants: [{ clientToken: 'alpha', clientId: '1_x', clientSecret: async () => 'secret' }],
  http: { axios: shared },
};
export const root = ResamaniaAuthModule.forRoot({ ...options, isGlobal: false });
export const fromEnvironment = ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider({ http: { axios: shared } }));

export class Clubs {
  constructor(private readonly http: ResamaniaHttpService, host: HttpService, interceptor: ResamaniaAuthInterceptor) {
    interceptor.attachTo(host, { tenant: 'alpha' });
    interceptor.attachTo(axios);
    interceptor.attachTo(axios.create({ baseURL: 'https://host' }))();
  }
  get() {
    const host: HttpService = this.http;
    void host.post('clubs', {}, shared);
    return this.http.forTenant('alpha').get<{ readonly name: string }>('clubs', { ...shared, resamania: { clubId: '/alpha/clubs/1' } });
  }
}
`;

/** The subpaths, too. */
const WHOLE = `${CORE}
import { Test } from '@nestjs/testing';
import { type HydraResource, list, paginate } from 'nestjs-resamania-auth/hydra';
import { FakeResamania } from 'nestjs-resamania-auth/testing';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';

export const adapted: ResamaniaAuthOptions = { http: { axios: { ...shared, adapter: undiciAdapter() } } };
export const testing = new FakeResamania({ tenants: ['alpha'] })
  .on('GET', 'clubs', ({ path }) => path)
  .override(Test.createTestingModule({ imports: [root] }))
  .compile();
export async function names(http: HttpService, service: ResamaniaHttpService) {
  for await (const page of paginate<HydraResource>(service, 'clubs', shared)) void page['hydra:member'][0]?.['@id'];
  return (await list<{ name: string }>(http, 'clubs')).map(({ name }) => name.trim());
}
`;

/** A folder where the package is installed, with `@nestjs/axios` 12; and one with `@nestjs/axios` 4. */
let consumer: string;
let consumerOf4: string;

beforeAll(async () => {
  auth.assertIsBuilt();
  consumer = await installed([auth]);
  consumerOf4 = await installed([auth]);
  for (const folder of [consumer, consumerOf4]) {
    const modules = join(folder, 'node_modules');
    for (const name of ['@types', 'undici-types', '@nestjs/testing']) {
      link(join(ROOT, 'node_modules', name), join(modules, name));
    }
  }
  const axios = join(consumerOf4, 'node_modules/@nestjs/axios');
  rmSync(axios);
  link(join(ROOT, 'node_modules/nestjs-axios-4'), axios);
});
afterAll(() => {
  for (const folder of [consumer, consumerOf4]) if (folder !== undefined) rmSync(folder, { recursive: true });
});

const NODENEXT = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
const BUNDLER = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
/** As older CommonJS applications have it. It knows no subpaths, and finds the package by `main` and `types`. */
const COMMONJS = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  ignoreDeprecations: '6.0',
};

describe('A strict application compiles', () => {
  it.each<[string, () => string, ts.CompilerOptions, Readonly<Record<string, string>>]>([
    ['ES modules and CommonJS side by side', () => consumer, NODENEXT, { 'a.mts': WHOLE, 'b.cts': WHOLE }],
    ['the same with @nestjs/axios 4', () => consumerOf4, NODENEXT, { 'a.mts': WHOLE, 'b.cts': WHOLE }],
    ['for a bundler', () => consumer, BUNDLER, { 'a.ts': WHOLE }],
    ['module commonjs, with @nestjs/axios 4', () => consumerOf4, COMMONJS, { 'a.ts': CORE }],
  ])('%s', (_name, folder, options, files) => {
    expect(problemsOf(folder(), files, options)).toEqual([]);
  });
});

describe('The declarations', () => {
  it('export what test/public-api.json lists: a name that comes or goes is written there, on purpose', () => {
    const names = [auth, sandbox].flatMap((built) =>
      Object.entries(new PublicApi(built).names()).map(([entry, exported]) => [
        entry.replace('.', built.manifest.name),
        exported,
      ]),
    );
    expect(Object.fromEntries(names)).toEqual(PUBLIC_API);
  });

  it('tell nothing of the inside', () => {
    expect(new PublicApi(auth).leaks()).toEqual([
      // What the builder of @nestjs/common makes: it has forRoot() and forRootAsync().
      'ConfigurableModuleClass in ResamaniaAuthModule',
    ]);
  });
});

it('The settings of a request are checked in ES modules and in CommonJS', () => {
  const wrong = `
    import type { AxiosRequestConfig } from 'axios';
    import type { ResamaniaHttpService } from 'nestjs-resamania-auth';
    export const one: AxiosRequestConfig = { resamania: { tenant: 1 } };
    export const two = (http: ResamaniaHttpService) => http.get('', { resamania: { clubs: [] } });
  `;
  const both = [
    expect.stringContaining("Type 'number' is not assignable to type 'string'"),
    expect.stringContaining("'clubs' does not exist in type 'ResamaniaRequestOptions'"),
  ];
  expect(problemsOf(consumer, { 'a.mts': wrong, 'b.cts': wrong }, NODENEXT)).toEqual([...both, ...both]);
});

/** Type errors of an application's files, and of the package's own declarations. */
function problemsOf(
  folder: string,
  files: Readonly<Record<string, string>>,
  options: ts.CompilerOptions,
): string[] {
  const src = join(folder, 'src');
  rmSync(src, { recursive: true, force: true });
  mkdirSync(src);
  for (const [name, code] of Object.entries(files)) writeFileSync(join(src, name), code);
  const program = ts.createProgram(
    Object.keys(files).map((name) => join(src, name)),
    {
      ...options,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      exactOptionalPropertyTypes: true,
      experimentalDecorators: true,
      noEmit: true,
      types: ['node'],
      skipLibCheck: false,
    },
  );
  const isOurs = ({ fileName }: ts.SourceFile) =>
    fileName.startsWith(src) || fileName.includes('/node_modules/nestjs-resamania-auth/');
  const sources = program.getSourceFiles().filter(isOurs);
  // The package's own declarations are held to the consumer's options as well; other packages' are not our concern.
  expect(sources.length).toBeGreaterThan(Object.keys(files).length);
  return program
    .getOptionsDiagnostics()
    .concat(sources.flatMap((file) => program.getSyntacticDiagnostics(file)))
    .concat(sources.flatMap((file) => program.getSemanticDiagnostics(file)))
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}
