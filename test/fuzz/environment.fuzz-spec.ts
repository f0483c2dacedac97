import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { ResamaniaConfigError } from '../../libs/resamania-auth/src/errors.js';
import { loadEnvironment } from '../../libs/resamania-auth/src/environment/load-environment.js';
import { resamaniaConfig } from '../../libs/resamania-auth/src/environment/resamania.config.js';
import type { ResamaniaAuthOptions } from '../../libs/resamania-auth/src/options/resamania-auth-options.js';
import { resolveOptions } from '../../libs/resamania-auth/src/options/resolve-options.js';
import { holds } from './fuzz.js';
import { CANARY, mutated, pieced } from './hostile.js';
import { checkSilent, ownErrorsOnly } from './invariants.js';

const FIELDS = [
  [
    'API_URL',
    'CLIENT_TOKEN',
    'CLIENT_ID',
    'CLIENT_SECRET',
    'API_KEY',
    'API_KEY_HEADER',
    'TOKEN_PATH',
    'SCOPE',
  ],
  [
    'CLUB_ID',
    'NETWORK_NODE_ID',
    'RENEW_WITH',
    'DEFAULT_TENANT',
    'ALLOW_INSECURE_HTTP',
    'TENANTS',
    'CLIENT_SECERT',
  ],
].flat();
const variable = fc
  .tuple(
    fc.constantFrom('', 'ALPHA_', 'CLUB_PARIS_', 'X_'),
    fc.constantFrom(...FIELDS),
    fc.constantFrom('', '', '', '_FILE'),
  )
  .map((parts) => `RESAMANIA_${parts.join('')}`);
const GOOD = [
  [
    'https://gw.test/resa2',
    'demoapi',
    '1_demo',
    'a b',
    '/demoapi/clubs/1',
    '/oauth/v2/token',
    'true',
    'credentials',
  ],
  ['alpha,club-paris', 'alpha', '/run/secrets/x', 'X-Gravitee-Api-Key'],
].flat();
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...GOOD, '', ' ') },
  { weight: 2, arbitrary: mutated(GOOD, [CANARY, '\r\n', '{client_token}', '%2e', '\0']) },
  {
    weight: 2,
    arbitrary: pieced([CANARY, 'https://', '/', ':', '@', ',', '\n', ' ', '\u202e', '=', '%', '{', 'x']),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `${CANARY}${text}${CANARY}`),
  },
);
const SECRETS = { RESAMANIA_CLIENT_SECRET: `${CANARY}-secret`, RESAMANIA_API_KEY: `${CANARY}-key` };
const BASE = {
  RESAMANIA_API_URL: 'https://gw.test',
  RESAMANIA_CLIENT_TOKEN: 'demoapi',
  RESAMANIA_CLIENT_ID: '1_demo',
};
const environment = fc
  .tuple(
    fc.constantFrom({}, BASE, { ...BASE, ...SECRETS }),
    fc.array(fc.tuple(variable, value), { maxLength: 6 }),
  )
  .map(([base, entries]) => Object.assign({}, base, Object.fromEntries(entries)) as Record<string, string>);
const thrown = fc.constantFrom<unknown>(
  Object.assign(new Error(CANARY), { code: 'ENOENT', path: CANARY }),
  Object.assign(new Error(CANARY), { code: CANARY }),
  CANARY,
  null,
  undefined,
);
/** What a file holds, or what reading it comes to. */
const file = fc.oneof(
  value.map((content) => ({ content })),
  thrown.map((error) => ({ error })),
);

/** No value shows, apart from names of tenants, after which variables are named, and from what looks like a path. */
function withoutCanaryInNames(env: Record<string, string>): Record<string, string> {
  const mayShow = (name: string, text: string) =>
    /TENANTS?$|CLIENT_TOKEN$|TENANTS_FILE$/.test(name) || (name.endsWith('_FILE') && /[/\\]/.test(text));
  const names = Object.entries(env).map(([name, text]): [string, string] => [
    name,
    mayShow(name, text) ? text.replaceAll(CANARY, 'name') : text,
  ]);
  return Object.fromEntries(names);
}

holds('environment variables', fc.record({ environment, file }), ({ environment: given, file: its }) => {
  const env = withoutCanaryInNames(given);
  const readFile = (): string => {
    if ('error' in its) throw its.error;
    return its.content;
  };
  let options: ResamaniaAuthOptions | undefined;
  try {
    options = loadEnvironment(env, readFile);
  } catch (error) {
    assert(error instanceof ResamaniaConfigError, String(error));
    checkSilent(error);
    assert(error.problems.length > 0);
  }
  if (options === undefined) return;
  const secrets = (options.tenants ?? []).flatMap(({ clientSecret, apiKey }) => [clientSecret, apiKey]);
  for (const secret of [...secrets, options.apiKey])
    assert(['function', 'undefined'].includes(typeof secret));
  ownErrorsOnly(() => resolveOptions(options));
  checkSameFromProcess(env);
});

/** The same variables in the process itself: a file is a real one then, or none. */
function checkSameFromProcess(env: Record<string, string>): void {
  const before = { ...process.env };
  if (Object.keys(env).some((name) => name.endsWith('_FILE')) || JSON.stringify(env).includes('\\u0000'))
    return;
  Object.assign(process.env, env);
  try {
    assert.doesNotThrow(() => resamaniaConfig());
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
