import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import {
  ANNEXES,
  diagramProblems,
  houseProblems,
  LEAVES,
  ROOMS,
  type SourceFiles,
} from '../../../test/support/house.js';
import { ROOT } from '../../../test/support/sources.js';

const SRC = join(ROOT, 'libs/resamania-auth/src');

function sources(): Map<string, string> {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' });
  const own = paths.filter((path) => path.endsWith('.ts') && !/\.(?:spec|d)\.ts$/.test(path));
  return new Map(
    own.toSorted().map((path) => [path.replaceAll('\\', '/'), readFileSync(join(SRC, path), 'utf8')]),
  );
}

/** What is found when these files are added to the library, or put in place of its own. */
function problemsWith(planted: Readonly<Record<string, string>>): string[] {
  return houseProblems(new Map([...sources(), ...Object.entries(planted)]) as SourceFiles);
}

function lines(count: number): string {
  return `${'// a line\n'.repeat(count - 1)}export const last = 1;\n`;
}

describe('The house', () => {
  it('stands: rooms in one order, imports downwards, no room crowded, no file and no function too long', () => {
    expect(houseProblems(sources())).toEqual([]);
  });

  it('has no empty room', () => {
    const folders = new Set([...sources().keys()].map((path) => path.split('/').slice(0, -1).join('/')));
    const named = [...ROOMS, ...LEAVES, ...ANNEXES].filter(
      (room) => !['foundation', 'wiring', 'doors'].includes(room),
    );
    expect(named.filter((room) => !folders.has(room))).toEqual([]);
  });

  it.each([
    ['an upward import', { 'token/planted.ts': "import '../http/resamania-http.service.js';\n" }, 'upwards'],
    [
      'an upward import of a type',
      { 'errors.ts': "import type { Tenant } from './tenants/tenant.js';\n" },
      'upwards',
    ],
    [
      'an import from the wiring',
      { 'http/planted.ts': "export * from '../resamania-auth.module.js';\n" },
      'upwards',
    ],
    [
      'an upward import, when it is run',
      { 'gateway/planted.ts': "await import('../token/token-engine.js');\n" },
      'upwards',
    ],
    [
      'the barrel',
      { 'nest/planted.ts': "import { AccessToken } from '../index.js';\n" },
      'a door for others',
    ],
    ['a leaf', { 'http/planted.ts': "import '../undici/planted.js';\n", 'undici/planted.ts': '' }, 'a leaf'],
    ['what a leaf imports', { 'undici/planted.ts': "import '../clock.js';\n" }, 'a leaf'],
    [
      'an annex',
      { 'http/planted.ts': "import '../testing/planted.js';\n", 'testing/planted.ts': '' },
      'an annex',
    ],
    ['a file that is not there', { 'token/planted.ts': "import './gone.js';\n" }, 'not there'],
    ['a room of its own making', { 'utils/planted.ts': '' }, 'no room of the house'],
    ['a 201st line', { 'token/planted.ts': lines(201) }, '201 lines'],
    [
      'a function of 41 lines',
      { 'token/planted.ts': `export function long(): void {\n${'  void 0;\n'.repeat(39)}}\n` },
      'long: 41 lines',
    ],
  ])('does not stand with %s', (_what, planted, words) => {
    expect(problemsWith(planted as Record<string, string>)).toEqual([expect.stringContaining(words)]);
  });

  it('does not stand with an eleventh file in a room', () => {
    const planted = Array.from({ length: 11 }, (_, index) => [
      `token/schedule/planted-${index}.ts`,
      lines(200),
    ]);
    const problems = problemsWith(Object.fromEntries(planted) as Record<string, string>);
    expect(problems).toEqual([expect.stringMatching(/^token\/schedule: 1\d files, at most 10$/)]);
  });
});

describe('The diagram of ARCHITECTURE.md', () => {
  const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const problemsOf = (changed: string, planted: Readonly<Record<string, string>> = {}) =>
    diagramProblems(changed, new Map([...sources(), ...Object.entries(planted)]));

  it('has an arrow for each import from room to room, and no other', () => {
    expect(problemsOf(page)).toEqual([]);
  });

  it.each([
    [
      'a reversed arrow',
      (text: string) => text.replace('http --> token', 'token --> http'),
      ['arrow token --> http: drawn, but not there', 'arrow http --> token: there, but not drawn'],
    ],
    [
      'an arrow left out',
      (text: string) => text.replace('  redis --> store\n', ''),
      ['arrow redis --> store: there, but not drawn'],
    ],
    [
      'an arrow that is not there',
      (text: string) => text.replace('redis --> store', 'redis --> store\n  store --> token'),
      ['arrow store --> token: drawn, but not there'],
    ],
    [
      'another kind of arrow',
      (text: string) => text.replace('redis --> store', 'redis -.-> store'),
      ['redis -.-> store: neither a box nor an arrow', 'arrow redis --> store: there, but not drawn'],
    ],
    [
      'a box left out',
      (text: string) => text.replace(/ {2}undici\[.+\n/, ''),
      ['box undici: there, but not drawn'],
    ],
    ['no diagram', () => '# Architecture', ['there is no diagram']],
  ])('is refused with %s', (_what, change, problems) => {
    expect(change(page)).not.toBe(page);
    expect(problemsOf(change(page))).toEqual(problems);
  });

  it('is refused when an import turns up that it does not draw', () => {
    const planted = { 'gateway/planted.ts': "import type { Tenant } from '../tenants/tenant.js';\n" };
    expect(problemsOf(page, planted)).toEqual(['arrow gateway --> tenants: there, but not drawn']);
  });
});
