import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { linksOf } from './support/markdown.js';
import { BuiltPackage } from './support/packages.js';
import { ROOT } from './support/sources.js';

const run = promisify(execFile);
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
const OUT_OF_DATE = 'what was here before';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'resamania-readme-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the README in the tarball', () => {
  let unpacked: string;
  const packed = (path: string) => readFileSync(join(unpacked, 'package', path), 'utf8');

  beforeAll(async () => {
    const library = new BuiltPackage('libs/resamania-auth');
    // A copy that somebody left there is not what gets packed.
    writeFileSync(join(library.folder, 'README.md'), OUT_OF_DATE);
    const { path } = await library.pack(folder);
    unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    await run('tar', ['-xzf', path, '-C', unpacked]);
  });

  it.each(PAGES)('is that of the repository, as it stands, and so are the docs: %s', (page) => {
    expect(withoutLinks(packed(page))).toBe(withoutLinks(readFileSync(join(ROOT, page), 'utf8')));
  });

  it.each(PAGES)('has no link that leads nowhere: %s', (page) => {
    const relative = linksOf(packed(page)).filter((target) => !/^(?:#|https?:)/.test(target));
    const paths = relative.map((target) => posix.join(posix.dirname(page), target.replace(/#.*/, '')));
    expect(paths.filter((path) => !PAGES.includes(path))).toEqual([]);
  });
});

describe('the README of a package.json that names its repository', () => {
  const page = (name: string) => readFileSync(join(folder, 'clone/libs/resamania-auth', name), 'utf8');

  beforeAll(async () => {
    const clone = join(folder, 'clone');
    const library = join(clone, 'libs/resamania-auth');
    mkdirSync(join(library, 'docs'), { recursive: true });
    cpSync(join(ROOT, 'libs/resamania-auth/pack-readme.js'), join(library, 'pack-readme.js'));
    for (const name of ['README.md', 'docs'])
      cpSync(join(ROOT, name), join(clone, name), { recursive: true });
    const repository = { type: 'git', url: 'git+https://git.example/owner/name.git' };
    writeFileSync(join(library, 'package.json'), JSON.stringify({ type: 'module', repository }));
    writeFileSync(join(library, 'docs/removed.md'), OUT_OF_DATE);
    await run(process.execPath, [join(library, 'pack-readme.js')]);
  });

  it('has absolute links and images only, which npm shows', () => {
    expect(linksOf(page('README.md')).filter((target) => !/^(?:#|https:)/.test(target))).toEqual([]);
    expect(page('README.md')).toContain(
      '](https://git.example/owner/name/raw/HEAD/apps/sample/docs/page.png)',
    );
    expect(page('README.md')).toContain('[Setup](https://git.example/owner/name/blob/HEAD/docs/setup.md)');
  });

  it('has docs that lead to each other in the package, and to the repository for the rest', () => {
    expect(page('docs/setup.md')).toContain('](compatibility.md)');
    expect(page('docs/sample.md')).toContain('](https://git.example/owner/name/blob/HEAD/.env.example)');
  });

  it('loses a page that there is no more', () => {
    expect(() => page('docs/removed.md')).toThrow('ENOENT');
  });
});

/** A page with the text of each link in the link's place, and without images and the padding of tables. */
function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/!\[[^\]]*\]\([^)]+\)/g, '').replaceAll(/\[([^\]]*)\]\([^)\s]+\)/g, '$1');
}
