import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { anchorsOf, linksOf } from './support/markdown.js';
import { ROOT } from './support/sources.js';

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'libs/resamania-auth/CHANGELOG.md',
  'libs/resamania-sandbox/README.md',
  'libs/resamania-sandbox/CHANGELOG.md',
  'bench/README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
];

/** The links of a page that lead to no file, or to no heading of it. */
function deadLinks(page: string, markdown: string): string[] {
  return linksOf(markdown).filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : posix.join(posix.dirname(page), file);
    if (path !== page && !existsSync(join(ROOT, path))) return true;
    if (anchor === undefined) return false;
    const text = path === page ? markdown : readFileSync(join(ROOT, path), 'utf8');
    return !anchorsOf(text).includes(anchor);
  });
}

describe('the links of the documentation', () => {
  it.each(PAGES)('lead to files and headings that there are: %s', (page) => {
    expect(deadLinks(page, readFileSync(join(ROOT, page), 'utf8'))).toEqual([]);
  });

  it('are not taken for good when they are not', () => {
    const page =
      '# A title\n\n## `code()` and more\n\n[a](#code-and-more) [b](gone.md) [c](errors.md#no-such) ';
    const more = '[d](errors.md) [e](../README.md#no-such) ![f](gone.png) [g](https://host/x) `[h](code.md)`';
    const dead = ['gone.md', 'errors.md#no-such', '../README.md#no-such', 'gone.png'];
    expect(deadLinks('docs/planted.md', page + more)).toEqual(dead);
  });
});
