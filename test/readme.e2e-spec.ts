import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import { loadEnvironment, ResamaniaConfigError, ResamaniaTokenService } from 'nestjs-resamania-auth';

import { DEFAULTS, MODULE_FIELDS } from '../libs/resamania-auth/src/options/option-table.js';
import { TENANT_FIELDS } from '../libs/resamania-auth/src/options/option-table.js';
import {
  isResamaniaVariable,
  MODULE_VARIABLES,
  TENANTS,
  VARIABLE_FIELDS,
  variableOf,
} from '../libs/resamania-auth/src/environment/environment-variables.js';
import { codeBlocks, plain, tableAfter } from './support/markdown.js';
import { cellsOf, OPTION_TABLES, withCells } from './support/option-tables.js';
import { readManifest } from './support/packages.js';
import { revealed } from './support/revealed.js';
import { ROOT, Sources } from './support/sources.js';

/** The README and the pages of docs/, by their path. */
const PAGES = new Map(
  ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].map((path) => [
    path,
    read(path),
  ]),
);
const ENV_EXAMPLE = read('.env.example');
const RUNNING_SANDBOX =
  "declare const sandbox: Awaited<ReturnType<typeof import('resamania-sandbox').ResamaniaSandbox.start>>;";

/** Those of all pages: a snippet may import what another page shows. */
const snippets = new Map(
  [...PAGES].flatMap(([path, text]) =>
    codeBlocks(text, 'ts').map(({ code, line }): [string, string] => {
      const name = /^\/\/ ([\w.-]+\.ts)\n/.exec(code)?.[1];
      if (name === undefined) throw new Error(`${path}:${line}: a snippet begins with its file name`);
      return [`readme-snippets/${name}`, code];
    }),
  ),
);
/** Those of the sandbox's README go on where the one before stopped, with a sandbox that runs. */
const sandboxSnippets = new Map(
  codeBlocks(read('libs/resamania-sandbox/README.md'), 'ts').map(({ code, line }) => [
    `readme-snippets/sandbox-${line}.ts`,
    code.includes('let sandbox') ? code : `${RUNNING_SANDBOX}\n${code}`,
  ]),
);
const sources = new Sources(new Map([...snippets, ...sandboxSnippets]));

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A page of docs/. */
function page(name: string): string {
  return read(`docs/${name}.md`);
}

describe('the README and the pages of docs/', () => {
  it('have a name of its own for each snippet', () => {
    const blocks = [...PAGES.values()].flatMap((text) => codeBlocks(text, 'ts'));
    expect(snippets.size).toBe(blocks.length);
    expect(snippets.size).toBeGreaterThan(10);
  });

  it.each([...snippets.keys()])('compiles: %s', (path) => {
    expect(sources.problemsOf(path)).toEqual([]);
  });

  it.each([...sandboxSnippets.keys()])('of the sandbox compiles: %s', (path) => {
    const problems = sources.problemsOf(path);
    expect(problems.filter((problem) => !/never read|are unused/.test(problem))).toEqual([]);
  });

  it('are short: the README fits into 10 KB, and its table has every page', () => {
    const readme = PAGES.get('README.md') ?? '';
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(10_240);
    const linked = [...readme.matchAll(/^\| \[[^\]]+\]\((docs\/[^)]+)\)/gm)].map(([, path]) => path);
    const others = [...PAGES.keys()].filter((path) => path !== 'README.md');
    expect(linked.toSorted()).toEqual(others.toSorted());
  });

  it('have no table that is wider for its padding than a line may be', () => {
    const padded = [...PAGES].flatMap(([path, text]) =>
      text.split('\n').flatMap((line, index) => {
        const isTooWide = line.startsWith('|') && line.length > 112 && / {3,}\|/.test(line);
        return isTooWide ? [`${path}:${index + 1}`] : [];
      }),
    );
    // Put <!-- prettier-ignore --> above the table, and one space around each cell.
    expect(padded).toEqual([]);
  });
});

describe('the tables of the pages', () => {
  it.each(OPTION_TABLES)('$mark: type, default and sentence of the JSDoc', (table) => {
    const cells = cellsOf(table, sources);
    // `npm run docs:tables` sets it: a table is not written by hand.
    if (process.env['UPDATE_DOCS'] !== undefined) {
      writeFileSync(join(ROOT, `docs/${table.page}.md`), withCells(page(table.page), table, cells));
    }
    expect(tableAfter(page(table.page), table.mark)).toEqual(cells);
  });

  it('errors: every code, in the order of the type', () => {
    const codes = tableAfter(page('errors'), 'errors').map(([code = '']) => plain(code));
    expect(codes).toEqual(sources.wordsOf('ResamaniaErrorCode'));
  });

  it('peers: those of the package, optional where it says so', () => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = readManifest(
      join(ROOT, 'libs/resamania-auth'),
    );
    const listed = tableAfter(page('compatibility'), 'peers').map(([name = '', range = '', use = '']) => [
      plain(name),
      plain(range),
      /^\w+/.exec(use)?.[0],
    ]);
    const declared = Object.entries(peerDependencies).map(([name, range]) => [
      name,
      range,
      name in peerDependenciesMeta ? 'optional' : 'required',
    ]);
    expect(listed).toEqual(declared);
  });

  it('methods: those of ResamaniaTokenService', () => {
    const methods = tableAfter(page('tokens-by-hand'), 'methods').map(
      ([call = '']) => /^\w+\$?/.exec(plain(call))?.[0],
    );
    const own = Object.getOwnPropertyNames(ResamaniaTokenService.prototype);
    expect(methods.toSorted()).toEqual(own.filter((name) => name !== 'constructor').toSorted());
  });

  it('events: every type', () => {
    const listed = tableAfter(page('status-and-events'), 'events').flatMap(([types = '']) =>
      plain(types).split(', '),
    );
    const events = ['Obtained', 'Failed', 'Rejected'].map((what) => `Token${what}Event`);
    const others = [
      'WaitStartedEvent',
      'RequestReplayedEvent',
      'QuotaLowEvent',
      'StoreChangedEvent',
      'TenantChangedEvent',
    ];
    const types = [...events, ...others].flatMap((name) =>
      sources
        .fieldsOf(name)
        .filter((field) => field.name === 'type')
        .flatMap(({ type }) => type.replaceAll("'", '').split(' | ')),
    );
    expect(listed.toSorted()).toEqual(types.toSorted());
  });
});

describe('the defaults that the JSDoc names', () => {
  it.each([
    ['RefreshOptions', DEFAULTS.refresh],
    ['TokenRequestOptions', DEFAULTS.tokenRequest],
    ['OnDemandOptions', DEFAULTS.onDemand],
  ])('are those of the code: %s', (name, defaults) => {
    const documented = sources.fieldsOf(name).map((field) => [field.name, literal(field.default ?? '')]);
    expect(Object.fromEntries(documented)).toEqual(defaults);
  });

  it.each<[string, Readonly<Record<string, object>>]>([
    ['ResamaniaAuthOptions', MODULE_FIELDS],
    ['ResamaniaTenantOptions', TENANT_FIELDS],
  ])('are those of the table: %s', (name, table) => {
    const fields = sources.fieldsOf(name);
    expect(fields.map((field) => field.name)).toEqual(Object.keys(table));
    for (const field of fields) {
      const { default: fallback } = table[field.name] as { default?: unknown };
      if (fallback !== undefined)
        expect([field.name, field.default]).toEqual([field.name, inspect(fallback)]);
    }
  });
});

describe('the variables', () => {
  const table = new Map(
    tableAfter(page('environment'), 'environment').map(([name = '', ...rest]) => [plain(name), rest]),
  );
  const minimal = {
    RESAMANIA_API_URL: 'https://host',
    RESAMANIA_CLIENT_TOKEN: 'demoapi',
    RESAMANIA_CLIENT_ID: '1_x',
    RESAMANIA_CLIENT_SECRET: 'secret',
  };
  const two = {
    RESAMANIA_API_URL: 'https://host',
    RESAMANIA_TENANTS: 'alpha',
    RESAMANIA_ALPHA_CLIENT_ID: '1_x',
    RESAMANIA_ALPHA_CLIENT_SECRET: 'secret',
  };
  const rowsWith = (column: number, text: RegExp) =>
    [...table].filter(([, cells]) => text.test(cells[column] ?? '')).map(([name]) => name);

  it('are all in the table, with the field that they set and its default', () => {
    const tenantFields = VARIABLE_FIELDS.map((field) => [variableOf(field), field]);
    const names = new Set([
      ...tenantFields.map(([name]) => name),
      TENANTS,
      ...Object.values(MODULE_VARIABLES),
    ]);
    expect([...table.keys()].toSorted()).toEqual([...names].toSorted());
    for (const [name = '', field] of tenantFields) expect(table.get(name)?.[0]).toBe(`\`${field}\``);
    for (const field of VARIABLE_FIELDS) {
      const { unprefixed, example } = TENANT_FIELDS[field].variable;
      const [, fallback, beside] = table.get(variableOf(field)) ?? [];
      expect([field, fallback?.startsWith('required')]).toEqual([field, example !== undefined]);
      expect([field, beside]).toEqual([
        field,
        unprefixed === 'refused' ? 'refused' : 'for each tenant without its own',
      ]);
    }
    const documented = [
      ...sources.fieldsOf('ResamaniaAuthOptions'),
      ...sources.fieldsOf('ResamaniaTenantOptions'),
    ];
    for (const [sets = '', fallback = ''] of table.values()) {
      if (/^(required|none|one tenant)/.test(fallback)) continue;
      const defaults = documented.filter((field) => field.name === plain(sets)).map((field) => field.default);
      expect(defaults).toContain(plain(fallback));
    }
  });

  it('are required where the table says so', () => {
    expect(missing({})).toEqual(rowsWith(1, /^required/).toSorted());
    expect(missing(minimal)).toEqual([]);
  });

  it('are refused or shared beside RESAMANIA_TENANTS as the table says', () => {
    expect(missing(two)).toEqual([]);
    for (const name of rowsWith(2, /^refused/)) {
      expect(() => loadEnvironment({ ...two, [name]: 'x' }, noFile)).toThrow(`${name}: not used beside`);
    }
    const shared = rowsWith(2, /^for each/);
    for (const name of shared) {
      const value = SAMPLE_VALUES[name] ?? 'x';
      const { tenants, ...rest } = loadEnvironment({ ...two, [name]: value }, noFile);
      expect(Object.values(revealed({ ...rest, ...tenants?.[0] }))).toContain(value);
    }
    expect(rowsWith(2, /./).length).toBe(table.size - 3);
  });

  it('are all in .env.example, and nothing else is', () => {
    const named = [...ENV_EXAMPLE.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name);
    const ours = named.filter((name) => name.startsWith('RESAMANIA_'));
    expect(ours.filter((name) => !isResamaniaVariable(name))).toEqual([]);
    expect(ours).toEqual(expect.arrayContaining([...table.keys()]));
    expect(named.filter((name) => !name.startsWith('RESAMANIA_'))).toEqual(['PORT', 'SANDBOX_TOKENS_LIVE']);
  });

  it('of .env.example fit as soon as the secrets are filled in', () => {
    const set = [...ENV_EXAMPLE.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value || 'secret',
    ]);
    expect(missing(Object.fromEntries(set) as NodeJS.ProcessEnv)).toEqual([]);
  });
});

describe('the JSDoc', () => {
  it('is there for every name that the library exports, and for every member of it', () => {
    expect(sources.exportedNames().length).toBeGreaterThan(30);
    expect(sources.undocumented()).toEqual([]);
  });
});

const SAMPLE_VALUES: Readonly<Record<string, string>> = {
  RESAMANIA_API_URL: 'https://other',
  RESAMANIA_TOKEN_PATH: '/token',
  RESAMANIA_RENEW_WITH: 'refresh-token',
};

/** The value at the start of an `@default`, such as `{ share: 0.1, maxMs: 600_000 } (in words)`. */
function literal(text: string): unknown {
  const [value = ''] = /^(\{[^}]*\}|\S+)/.exec(text) ?? [];
  return JSON.parse(value.replaceAll(/(\d)_(?=\d)/g, '$1').replaceAll(/(\w+):/g, '"$1":'));
}

/** The variables that `loadEnvironment` has something against. */
function missing(env: NodeJS.ProcessEnv): string[] {
  try {
    loadEnvironment(env, noFile);
    return [];
  } catch (error) {
    if (!(error instanceof ResamaniaConfigError)) throw error;
    return error.problems.map((problem) => problem.replace(/:.*/, '')).toSorted();
  }
}

function noFile(path: string): string {
  throw new Error(`no file is read here: ${path}`);
}
