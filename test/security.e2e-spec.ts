import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { ROOT } from './support/sources.js';

const SECURITY = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'libs/resamania-auth/package.json'), 'utf8')) as {
  peerDependencies: Record<string, string>;
};

function specs(): Set<string> {
  const paths = ['test', 'libs'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }),
  );
  return new Set(paths.map((path) => path.replace(/^.*[\\/]/, '')));
}

describe('SECURITY.md', () => {
  it('names tests that there are', () => {
    const named = [...SECURITY.matchAll(/`([\w.-]+spec\.ts)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(5);
    const there = specs();
    expect(named.filter((name) => !there.has(String(name)))).toEqual([]);
  });

  it('names the versions that the package asks for', () => {
    for (const name of ['axios', 'undici'])
      expect(SECURITY).toContain(`\`${MANIFEST.peerDependencies[name]}\``);
  });

  it.each(['SECURITY.md', 'docs/secrets-in-files.md'])('%s links to files that there are', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, path]) => String(path));
    const missing = links.filter((path) => !existsSync(join(ROOT, dirname(file), path)));
    expect(missing).toEqual([]);
  });
});
