import { describe, expect, it } from '@jest/globals';

import { ResamaniaConfigError } from '../errors.js';
import { loadEnvironment } from './load-environment.js';
import type { Secret } from '../options/tenant-options.js';

const ONE = {
  RESAMANIA_API_URL: 'https://host/prefix',
  RESAMANIA_CLIENT_TOKEN: 'demoapi',
  RESAMANIA_CLIENT_ID: '123_x',
  RESAMANIA_CLIENT_SECRET: 's3cret',
};
function files(contents: Record<string, string>): (path: string) => string {
  return (path) => {
    const content = contents[path];
    if (content !== undefined) return content;
    throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
  };
}

function problemsOf(env: NodeJS.ProcessEnv, contents: Record<string, string> = {}): readonly string[] {
  try {
    loadEnvironment(env, files(contents));
  } catch (error) {
    if (error instanceof ResamaniaConfigError) return error.problems;
    throw error;
  }
  return [];
}

function read(secret: Secret | undefined): unknown {
  return typeof secret === 'function' ? secret() : 'no function';
}

describe('loadEnvironment, mounted files', () => {
  const MOUNTED = {
    RESAMANIA_API_URL: 'https://host/prefix',
    RESAMANIA_CLIENT_TOKEN: 'demoapi',
    RESAMANIA_CLIENT_ID_FILE: '/run/id',
    RESAMANIA_CLIENT_SECRET_FILE: ' /run/secret ',
    RESAMANIA_API_KEY_FILE: '/run/key',
  };

  it('reads the file anew each time, without its last line break', () => {
    const contents = { '/run/id': '123_x\n', '/run/secret': 'one\n', '/run/key': 'key\r\n' };
    const { tenants, apiKey } = loadEnvironment(MOUNTED, files(contents));
    const [tenant] = tenants ?? [];
    expect(tenant?.clientId).toBe('123_x');
    expect(read(tenant?.clientSecret)).toBe('one');
    contents['/run/secret'] = 'two';
    expect(read(tenant?.clientSecret)).toBe('two');
    contents['/run/secret'] = 'three\n\n';
    expect(read(tenant?.clientSecret)).toBe('three\n');
    expect(read(apiKey)).toBe('key');
  });

  it('reports a file that is missing with its variable and path, once', () => {
    expect(problemsOf(MOUNTED, { '/run/id': '1', '/run/key': 'x' })).toEqual([
      'RESAMANIA_CLIENT_SECRET_FILE: expected the path of a file, /run/secret cannot be read (ENOENT)',
    ]);
  });

  it('reports a file whose content is no secret', () => {
    expect(problemsOf(MOUNTED, { '/run/id': '1', '/run/key': 'a\u00e9', '/run/secret': 'a\n\n' })).toEqual([
      expect.stringMatching(/^RESAMANIA_API_KEY_FILE: expected the bare secret, found .* not visible ASCII/),
      expect.stringMatching(/^RESAMANIA_CLIENT_SECRET_FILE: expected the bare secret, found .* line break/),
    ]);
    expect(problemsOf(MOUNTED, { '/run/id': '1', '/run/key': 'a', '/run/secret': '\n' })).toEqual([
      'RESAMANIA_CLIENT_SECRET_FILE: expected the bare secret, found an empty string',
    ]);
  });

  it('refuses a variable and its file together', () => {
    const env = { ...ONE, RESAMANIA_CLIENT_SECRET_FILE: '/run/s', RESAMANIA_CLIENT_ID_FILE: '/run/i' };
    expect(problemsOf(env, { '/run/s': 'x', '/run/i': 'x' })).toEqual([
      'RESAMANIA_CLIENT_ID: expected either this or RESAMANIA_CLIENT_ID_FILE, found both',
      'RESAMANIA_CLIENT_SECRET: expected either this or RESAMANIA_CLIENT_SECRET_FILE, found both',
    ]);
  });

  it('has files for tenants with a prefix too', () => {
    const mounted = {
      RESAMANIA_API_URL: 'https://host',
      RESAMANIA_TENANTS: 'alpha',
      RESAMANIA_ALPHA_CLIENT_ID: '1_x',
      RESAMANIA_ALPHA_CLIENT_SECRET_FILE: '/run/alpha',
    };
    const secret = loadEnvironment(mounted, files({ '/run/alpha': 'a\n' })).tenants?.[0]?.clientSecret;
    expect(read(secret)).toBe('a');
  });
});
