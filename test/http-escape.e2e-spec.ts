import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AxiosRequestConfig, create } from 'axios';
import { firstValueFrom } from 'rxjs';

import {
  createHttpSide,
  type HttpSide,
  everyHostIsLocal,
  KEY_AND_CONTEXT_HEADERS,
} from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { type Recorded, RecordingServer, sendJson } from './support/recording-server.js';

/*
 * Attempts to get the bearer out, or to where it does not belong. To add one, add a line: what it tries, and the URL as
 * a caller would give it. `{api}` is the tenant's base URL (http://gw.test:<port>/resa2-staging), `{gw}` its host and
 * port, `{port}` its port, `{other}` the port of a second server. Every host name leads to 127.0.0.1, so whatever is
 * sent is seen. "demoapi" is the tenant; "nordgym" is another one, "stranger" is a chain that is not registered.
 */
const REFUSED: readonly [attempt: string, url: string][] = [
  ['another host', 'http://evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['another port', 'http://gw.test:{other}/resa2-staging/demoapi/clubs'],
  ['another scheme', 'https://{gw}/resa2-staging/demoapi/clubs'],
  ['the host as user name', 'http://{gw}@evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['the host as user name and password', 'http://gw.test:x@evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['user info at the right host', 'http://me:pw@{gw}/resa2-staging/demoapi/clubs'],
  ['empty user info', 'http://:pw@{gw}/resa2-staging/demoapi/clubs'],
  ['the host as a subdomain', 'http://gw.test.evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['a subdomain of the host', 'http://sub.gw.test:{port}/resa2-staging/demoapi/clubs'],
  ['the host with a dot at its end', 'http://gw.test.:{port}/resa2-staging/demoapi/clubs'],
  ['a host that looks alike', 'http://ɡw.test:{port}/resa2-staging/demoapi/clubs'],
  ['a backslash before the host', 'http:\\\\evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['a backslash after the host', 'http://evil.test:{port}\\@{gw}/resa2-staging/demoapi/clubs'],
  ['a hash before the host', 'http://evil.test:{port}#@{gw}/resa2-staging/demoapi/clubs'],
  ['a query before the host', 'http://evil.test:{port}?@{gw}/resa2-staging/demoapi/clubs'],
  ['protocol-relative', '//evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['protocol-relative at the right host', '//{gw}/resa2-staging/demoapi/clubs'],
  ['a scheme without slashes', 'http:evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['a scheme with one slash', 'http:/evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['a scheme with three slashes', 'http:///evil.test:{port}/resa2-staging/demoapi/clubs'],
  ['a prefix that looks alike', 'http://{gw}/resa2-staging-x/demoapi/clubs'],
  ['a prefix in upper case', 'http://{gw}/RESA2-STAGING/demoapi/clubs'],
  ['no prefix', 'http://{gw}/demoapi/clubs'],
  ['a chain that looks alike', '{api}/demoapi-x/clubs'],
  ['a chain in upper case', '{api}/DEMOAPI/clubs'],
  ['the base without a chain', '{api}'],
  ['dots out of the prefix', '{api}/demoapi/../../other/clubs'],
  ['dots out of the chain', '{api}/demoapi/../stranger/clubs'],
  ['encoded dots out of the prefix', '{api}/demoapi/%2e%2e/%2E%2E/other/clubs'],
  ['half-encoded dots', '{api}/demoapi/.%2e/stranger/clubs'],
  ['encoded slashes between dots', '{api}/demoapi/..%2fstranger%2fclubs'],
  ['encoded dots and slashes', '{api}/demoapi/%2e%2e%2fstranger'],
  ['encoded backslashes', '{api}/demoapi/..%5cstranger'],
  ['backslashes', '{api}/demoapi/..\\..\\other'],
  ['twice encoded dots', '{api}/demoapi/%252e%252e/stranger'],
  ['twice encoded slashes', '{api}/demoapi/..%252fstranger'],
  ['dots with path parameters', '{api}/demoapi/..;x=1/stranger'],
  ['dots with an encoded path parameter', '{api}/demoapi/..%3bx=1/stranger'],
  ['dots with a twice encoded path parameter', '{api}/demoapi/..%253b/stranger'],
  ['dots with an encoded tab', '{api}/demoapi/..%09/stranger'],
  ['dots with an encoded tab inside', '{api}/demoapi/.%09./stranger'],
  ['dots with a tab inside', '{api}/demoapi/.\t./stranger/clubs'],
  ['a scheme with a tab inside', 'ht\ttp://evil.test:{port}/resa2-staging/demoapi/clubs#{api}/demoapi'],
  ['another registered chain', '{api}/nordgym/clubs'],
  ['dots to another registered chain', '{api}/demoapi/../nordgym/clubs'],
  ['a chain that is not registered', '{api}/stranger/clubs'],
];

/** Paths that only a bound service takes. They must not climb out of the tenant's chain. */
const REFUSED_PATHS: readonly [attempt: string, url: string][] = [
  ["another registered chain's IRI", '/nordgym/clubs/1'],
  ['dots to another registered chain', '/../nordgym/clubs'],
  ['dots to a chain that is not registered', '../stranger/clubs'],
  ['dots in the middle', 'clubs/../../stranger'],
  ['dots after an IRI', '/demoapi/../stranger'],
  ['dots out of the prefix', '/../../x'],
  ['encoded dots', '/%2e%2e/stranger'],
  ['encoded slashes', '..%2fstranger'],
  ['backslashes', '\\..\\stranger'],
  ['a tab between dots', '/.\t./stranger'],
  ['dots with path parameters', '/..;/stranger'],
  ['dots with an encoded path parameter', '/..%3b/stranger'],
  ['dots with an encoded tab', '/..%09/stranger'],
  ['protocol-relative', '//stranger/clubs'],
];

/** Where a caller's `beforeRedirect` leads a redirect that would have stayed: as changes to the options of Node's client. */
const REDIRECT_HOOKS: readonly [attempt: string, options: () => object][] = [
  ['another port', () => ({ port: other.port })],
  ['another host', () => ({ host: 'evil.test', hostname: 'evil.test' })],
  ['another chain', () => ({ path: '/resa2-staging/nordgym/clubs' })],
  ['another address of the host', () => ({ lookup: toThisMachine })],
];

/** What must go through, so that the tables above refuse for the right reason. */
const ALLOWED: readonly [attempt: string, url: string, path: string][] = [
  ['the API', '{api}/demoapi/clubs', '/resa2-staging/demoapi/clubs'],
  ['the chain itself', '{api}/demoapi', '/resa2-staging/demoapi'],
  [
    'host and scheme in upper case',
    'HTTP://GW.TEST:{port}/resa2-staging/demoapi/clubs',
    '/resa2-staging/demoapi/clubs',
  ],
  [
    'encoded dots and a semicolon within a name',
    '{api}/demoapi/files/a..%3bb',
    '/resa2-staging/demoapi/files/a..%3bb',
  ],
  ['dots that stay inside', '{api}/demoapi/clubs/../contacts', '/resa2-staging/demoapi/contacts'],
  ['dots within a name', '{api}/demoapi/files/a..b', '/resa2-staging/demoapi/files/a..b'],
  ['an encoded slash in a name', '{api}/demoapi/files/a%2Fb', '/resa2-staging/demoapi/files/a%2Fb'],
  [
    'a URL in the query',
    '{api}/demoapi/clubs?next=//evil.test/..',
    '/resa2-staging/demoapi/clubs?next=//evil.test/..',
  ],
];

/** As Node's own client asks. */
function toThisMachine(
  _host: string,
  _options: object,
  done: (error: null, addresses: object[]) => void,
): void {
  done(null, [{ address: '127.0.0.1', family: 4 }]);
}

let gateway: RecordingServer;
let other: RecordingServer;
let side: HttpSide;

beforeAll(async () => {
  [gateway, other] = await Promise.all([RecordingServer.start(), RecordingServer.start()]);
});

afterAll(() => Promise.all([gateway.stop(), other.stop()]));

beforeEach(() => {
  gateway.reset();
  other.reset();
  side = createHttpSide(
    {
      apiBaseUrl: `http://gw.test:${gateway.port}/resa2-staging`,
      apiKey: 'gateway-key',
      allowInsecureHttp: true,
      tenants: [
        {
          clientToken: 'demoapi',
          clientId: '1_demo',
          clientSecret: 'secret',
          clubId: '/demoapi/clubs/1',
          networkNodeId: '/demoapi/network_nodes/1',
        },
        { clientToken: 'nordgym', clientId: '2_nord', clientSecret: 'secret' },
      ],
    },
    new IssuingEndpoint(),
  );
});

afterEach(() => side.stop());

function filled(url: string): string {
  const gw = `gw.test:${gateway.port}`;
  return url
    .replaceAll('{api}', `http://${gw}/resa2-staging`)
    .replaceAll('{gw}', gw)
    .replaceAll('{port}', String(gateway.port))
    .replaceAll('{other}', String(other.port));
}

function seen(): readonly Recorded[] {
  return [...gateway.seen, ...other.seen];
}

function expectNothingOfOurs(requests = seen()): void {
  for (const { headers } of requests) {
    // User info in a URL makes axios send `Basic`; that is the caller's.
    expect(headers.authorization ?? 'Basic').toMatch(/^Basic/);
    for (const name of KEY_AND_CONTEXT_HEADERS) expect(headers).not.toHaveProperty(name);
  }
}

const refusal = { code: expect.stringMatching(/^(url_not_allowed|tenant_conflict)$/) };

describe.each(REFUSED)('%s', (_attempt, template) => {
  it('is refused by a bound service', async () => {
    const http = side.http.forTenant('demoapi');
    await expect(
      firstValueFrom(http.get(filled(template), { lookup: everyHostIsLocal })),
    ).rejects.toMatchObject(refusal);
    expect(seen()).toHaveLength(0);
  });

  it('is refused by a service that is told the tenant', async () => {
    const config = { lookup: everyHostIsLocal, resamania: { tenant: 'demoapi' } };
    await expect(firstValueFrom(side.http.get(filled(template), config))).rejects.toMatchObject(refusal);
    expect(seen()).toHaveLength(0);
  });

  it("takes nothing of ours along from a host's own client", async () => {
    const host = create({ lookup: everyHostIsLocal });
    side.interceptor.attachTo(host, { tenant: 'demoapi' });
    await host.get(filled(template)).catch(() => undefined);
    expectNothingOfOurs();
  });

  it("takes nothing of ours along beside a host's base URL", async () => {
    const host = create({ lookup: everyHostIsLocal, baseURL: filled('{api}') });
    side.interceptor.attachTo(host, { tenant: 'demoapi' });
    await host.get(filled(template)).catch(() => undefined);
    expectNothingOfOurs();
  });

  it('takes no token of another tenant along from a service without a tenant', async () => {
    await firstValueFrom(side.http.get(filled(template), { lookup: everyHostIsLocal })).catch(
      () => undefined,
    );
    for (const { path, headers } of gateway.seen) {
      expect(path).toMatch(/^\/resa2-staging\/nordgym\//);
      expect(headers.authorization).toMatch(/^Bearer 2_nord/);
    }
    expect(other.seen).toHaveLength(0);
  });
});

describe.each(REFUSED_PATHS)('As a path: %s', (_attempt, url) => {
  it('is refused by a bound service', async () => {
    const http = side.http.forTenant('demoapi');
    await expect(firstValueFrom(http.get(url, { lookup: everyHostIsLocal }))).rejects.toMatchObject(refusal);
    expect(seen()).toHaveLength(0);
  });
});

describe.each(REDIRECT_HOOKS)('By a redirect hook: %s', (_attempt, options) => {
  it('takes nothing of ours along, nor does the hook see it', async () => {
    gateway.respond = (request, response) => {
      if (!request.path.endsWith('/old')) return sendJson(200, {})(request, response);
      return sendJson(307, {}, { location: './new' })(request, response);
    };
    const shown: string[] = [];
    const beforeRedirect: AxiosRequestConfig['beforeRedirect'] = (next, response, request) => {
      shown.push(JSON.stringify([next['headers'], response, request]));
      Object.assign(next, options());
    };
    const http = side.http.forTenant('demoapi');
    await firstValueFrom(http.get('old', { lookup: everyHostIsLocal, beforeRedirect }));
    expect(gateway.seen[0]?.headers).toHaveProperty('authorization', 'Bearer 1_demo-token-1');
    expect(seen()).toHaveLength(2);
    expectNothingOfOurs(seen().slice(1));
    expect(shown).toEqual([expect.not.stringMatching(/Bearer|gateway-key/)]);
  });
});

describe.each(ALLOWED)('Allowed: %s', (_attempt, template, path) => {
  it('carries all of our headers', async () => {
    const host = create({ lookup: everyHostIsLocal });
    side.interceptor.attachTo(host);
    await firstValueFrom(side.http.forTenant('demoapi').get(filled(template), { lookup: everyHostIsLocal }));
    await firstValueFrom(side.http.get(filled(template), { lookup: everyHostIsLocal }));
    await host.get(filled(template));
    expect(gateway.seen.map((request) => request.path)).toEqual([path, path, path]);
    for (const { headers } of gateway.seen) {
      expect(headers).toMatchObject({
        authorization: 'Bearer 1_demo-token-1',
        'x-gravitee-api-key': 'gateway-key',
        'x-user-club-id': '/demoapi/clubs/1',
        'x-user-network-node-id': '/demoapi/network_nodes/1',
      });
    }
  });
});

describe('Other ways out', () => {
  it('refuses a socket path, which leads elsewhere whatever the URL says', async () => {
    const http = side.http.forTenant('demoapi');
    await expect(
      firstValueFrom(http.get('clubs', { socketPath: '/tmp/nowhere.sock' })),
    ).rejects.toMatchObject({ code: 'url_not_allowed' });
  });

  it('does not print the URL, whose query may be confidential', async () => {
    const http = side.http.forTenant('demoapi');
    await expect(firstValueFrom(http.get('http://evil.test/?key=hush'))).rejects.toMatchObject({
      message: expect.not.stringMatching(/hush|evil/),
      tenant: 'demoapi',
    });
  });

  it('names both tenants where two contradict each other', async () => {
    const both = expect.stringMatching(/demoapi[^]*nordgym|nordgym[^]*demoapi/);
    const conflict = { code: 'tenant_conflict', message: both };
    const http = side.http.forTenant('demoapi');
    await expect(firstValueFrom(http.get('/nordgym/clubs'))).rejects.toMatchObject(conflict);
    await expect(
      firstValueFrom(http.get('/clubs', { resamania: { tenant: 'nordgym' } })),
    ).rejects.toMatchObject(conflict);
    await expect(
      side.context.run('demoapi', () => firstValueFrom(side.http.get(filled('{api}/nordgym/clubs')))),
    ).rejects.toMatchObject(conflict);
    expect(seen()).toHaveLength(0);
  });
});
