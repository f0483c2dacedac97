import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { ROOT } from './support/sources.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const parse = (path: string) => JSON.parse(read(path)) as Record<string, unknown>;

const { scripts, workspaces } = parse('package.json') as {
  scripts: Record<string, string>;
  workspaces: string[];
};
/** The packages that go to npm. */
const PUBLISHED = workspaces
  .map((folder) => parse(`${folder}/package.json`))
  .filter((manifest) => manifest['private'] !== true)
  .map(({ name }) => String(name));

const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`);
const CHANGESETS = readdirSync(join(ROOT, '.changeset'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `.changeset/${name}`);

/** Every `name: write` of a workflow, in its order, after the name of its job. */
function writes(workflow: string): string[] {
  const lines = [...workflow.matchAll(/^ {2}(\w[\w-]*):$|^ *([\w-]+): write$/gm)];
  let job = '';
  return lines.flatMap(([, begins, scope]) => {
    job = begins ?? job;
    return scope === undefined ? [] : [`${job}: ${scope}`];
  });
}

/** What is wrong with a workflow, line by line. */
function faultsOf(workflow: string): string[] {
  const used = [...workflow.matchAll(/\buses: *(.+)/g)].map(([, action = '']) => action);
  const run = [...workflow.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)];
  return [
    ...used.filter((action) => !/^\.\/|^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
    ...run.map(([, named, short]) => named ?? short ?? '').filter((name) => !(name in scripts)),
    ...(/^permissions:(?: \{\}$|\n  contents: read\n(?!  ))/m.test(workflow) ? [] : ['no permissions']),
    ...(/\bsecrets\.|AUTH_?TOKEN|write-all/i.test(workflow) ? ['a token, or all permissions'] : []),
  ];
}

/** The packages that a changeset names without their being published, and kinds of version that there are not. */
function strangersOf(changeset: string): string[] {
  const [, matter] = /^---\n([\s\S]*?)---\n/.exec(changeset) ?? [];
  if (matter === undefined) return ['no front matter'];
  return matter
    .split('\n')
    .filter((line) => line !== '')
    .filter((line) => {
      const [, name = '', kind = ''] = /^['"]?([^'"]+)['"]?: *(\w+)$/.exec(line) ?? [];
      return !PUBLISHED.includes(name) || !['patch', 'minor', 'major'].includes(kind);
    });
}

describe('the workflows', () => {
  it.each(WORKFLOWS)('%s pins its actions, runs scripts that there are, and holds no token', (path) => {
    expect(read(path)).toMatch(/\buses: /);
    expect(faultsOf(read(path))).toEqual([]);
  });

  it('write where they must, and nowhere else', () => {
    expect(WORKFLOWS.flatMap((path) => writes(read(path)))).toEqual([
      'version: contents',
      'version: pull-requests',
      'publish: contents',
      'publish: id-token',
    ]);
  });

  it('publish after all checks, and only what the checks are about', () => {
    const [, publish = ''] = /^ {2}publish:\n([\s\S]*)/m.exec(read('.github/workflows/release.yml')) ?? [];
    expect(publish).toMatch(/^ {4}needs: \[checks, version\]$/m);
    expect(read('.github/workflows/release.yml')).toContain('uses: ./.github/workflows/ci.yml');
    expect(read('.github/workflows/ci.yml')).toMatch(/^ {2}workflow_call:$/m);
    for (const folder of workspaces.filter((path) => parse(`${path}/package.json`)['private'] !== true)) {
      expect(publish).toContain(folder);
    }
  });

  it('test on the versions of Node.js that are supported', () => {
    const [, versions = ''] = /^ +node: \[(.*)\]$/m.exec(read('.github/workflows/ci.yml')) ?? [];
    const { engines } = parse('package.json') as { engines: { node: string } };
    const oldest = [...engines.node.matchAll(/[\^=](\d+)\./g)].map(([, major]) => major);
    expect(versions.split(', ')).toEqual(expect.arrayContaining(oldest));
  });

  it.each([
    ['uses: actions/checkout@v4', 'actions/checkout@v4'],
    ['uses: actions/checkout@11bd719 # v4.2.2', 'actions/checkout@11bd719 # v4.2.2'],
    [`uses: actions/checkout@${'a'.repeat(40)}`, `actions/checkout@${'a'.repeat(40)}`],
    ['run: npm run tset', 'tset'],
    ['permissions: write-all', 'a token, or all permissions'],
    [`NODE_AUTH_TOKEN: \${{ secrets.NPM_TOKEN }}`, 'a token, or all permissions'],
  ])('are not taken for good with %s', (line, fault) => {
    expect(faultsOf(`permissions: {}\njobs:\n  test:\n      - ${line}\n`)).toEqual([fault]);
  });

  it('are not taken for good without permissions, or with more than reading for all jobs', () => {
    for (const start of [
      '',
      'permissions:\n  contents: write\n',
      'permissions:\n  contents: read\n  actions: write\n',
    ])
      expect(faultsOf(`${start}jobs:\n  test:\n`)).toEqual(['no permissions']);
  });
});

describe('changesets', () => {
  it('are about the two packages that are published', () => {
    expect(PUBLISHED).toEqual(['nestjs-resamania-auth', 'resamania-sandbox']);
    const { access, baseBranch, fixed, linked, ignore } = parse('.changeset/config.json');
    expect({ access, baseBranch }).toEqual({ access: 'public', baseBranch: 'main' });
    const named = [fixed ?? [], linked ?? [], ignore ?? []].flat(3);
    expect(named.filter((name) => !PUBLISHED.includes(String(name)))).toEqual([]);
    for (const path of CHANGESETS) expect([path, strangersOf(read(path))]).toEqual([path, []]);
  });

  it('are not taken for good with a name or a kind that there is not', () => {
    const lines = ["'nestjs-resamania-auth': minor", 'resamania-sandbox: patch'];
    const wrong = ["'nestjs-resamania': minor", 'resamania-sample: patch', 'resamania-sandbox: small'];
    expect(strangersOf(`---\n${[...lines, ...wrong].join('\n')}\n---\n\nText.\n`)).toEqual(wrong);
    expect(strangersOf('Text.\n')).toEqual(['no front matter']);
  });

  it('are in CONTRIBUTING.md as they are written', () => {
    const [, example = ''] = /^```md\n([\s\S]*?)^```$/m.exec(read('CONTRIBUTING.md')) ?? [];
    expect(strangersOf(example)).toEqual([]);
  });
});
