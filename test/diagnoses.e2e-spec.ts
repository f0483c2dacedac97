import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';

import { ResamaniaTokenError } from '../libs/resamania-auth/src/errors.js';
import type { ResamaniaAuthOptions } from '../libs/resamania-auth/src/options/resamania-auth-options.js';
import { createEngine, type RunningEngine } from './support/engine-on-sandbox.js';

const DOCTOR = 'npx resamania-auth doctor';
const ENVIRONMENT = { ...process.env };
const [cert, key] = ['cert', 'key'].map((name) =>
  readFileSync(new URL(`./support/tls/${name}.pem`, import.meta.url)),
);

let sandbox: ResamaniaSandbox;
let running: RunningEngine | undefined;
let server: Server | undefined;

beforeEach(async () => {
  sandbox = await ResamaniaSandbox.start();
});
afterEach(async () => {
  running?.engine.stop();
  server?.close();
  for (const variable of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']) {
    if (ENVIRONMENT[variable] === undefined) delete process.env[variable];
    else process.env[variable] = ENVIRONMENT[variable];
  }
  await sandbox.stop();
});

function start(options: Partial<ResamaniaAuthOptions>): RunningEngine {
  running = createEngine({
    ...sandbox.connection,
    tokenRequest: { attempts: 1, timeoutMs: 2000 },
    refresh: { enabled: false, warmUp: false },
    ...options,
  });
  return running;
}

async function failure(
  { service }: RunningEngine,
  principal?: { contactEmail: string },
): Promise<ResamaniaTokenError> {
  const asked = service.getAccessToken('demoapi', principal === undefined ? {} : { principal });
  const error: unknown = await asked.catch((failed: unknown) => failed);
  if (error instanceof ResamaniaTokenError) return error;
  throw new Error(`expected a token error, got ${String(error)}`);
}

async function listening(made: Server): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => {
    made.listen(0, '127.0.0.1', resolve);
  });
  return (made.address() as AddressInfo).port;
}

describe('What a user is told', () => {
  it("who sits behind a company's proxy with a certificate of its own", async () => {
    const answer: RequestListener = (_request, response) => response.end('{}');
    const port = await listening(createHttpsServer({ cert, key }, answer));
    const error = await failure(start({ apiBaseUrl: `https://127.0.0.1:${port}` }));
    expect(error).toMatchObject({ code: 'network_error', tenant: 'demoapi' });
    expect(error.message).toContain(`the TLS certificate of 127.0.0.1:${port} is self-signed`);
    expect(error.message).toContain('(DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(error.remedy).toContain('NODE_EXTRA_CA_CERTS');
    expect(error.remedy).toContain(DOCTOR);
  });

  it('whose proxy asks for a password', async () => {
    const proxy = createHttpServer();
    proxy.on('connect', (_request, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
    });
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${await listening(proxy)}`;
    delete process.env['NO_PROXY'];
    const error = await failure(start({ apiBaseUrl: 'https://gateway.example' }));
    expect(error).toMatchObject({ code: 'network_error', status: 407 });
    expect(error.message).toContain('the proxy asks for credentials (HTTP 407)');
    expect(error.remedy).toContain('HTTPS_PROXY');
  });

  it('who asks for the token of a contact that is not there', async () => {
    const engine = start({});
    const unknown = await failure(engine, { contactEmail: 'nobody@gym.example' });
    expect(unknown).toMatchObject({ code: 'unknown_principal', status: 400 });
    expect(unknown.message).not.toMatch(/clientSecret|nobody/);
    // Whoever is entered a moment later is not kept waiting for a minute.
    expect((unknown.retryAt?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(1000);
    await expect(engine.service.getAccessToken('demoapi')).resolves.toEqual(expect.any(String));
  });

  it('whose client secret is refused, also with the token of a contact', async () => {
    const engine = start({});
    sandbox.tokenEndpoint.always(faults.oauthError('invalid_client', null));
    const error = await failure(engine, { contactEmail: 'nobody@gym.example' });
    expect(error.code).toBe('credentials_rejected');
    expect(error.remedy).toContain(DOCTOR);
  });

  it.each<[string, object, string, object]>([
    ['a file that is missing', fileError(), 'threw (ENOENT).', { code: 'ENOENT' }],
    ['an HTTP client', { response: { status: 403, data: 'canary' } }, '(HTTP 403)', { status: 403 }],
    ['a vault', { statusCode: 503, message: 'canary' }, '(HTTP 503)', { status: 503 }],
    ['a cloud', { $metadata: { httpStatusCode: 400 } }, '(HTTP 400)', { status: 400 }],
  ])('whose secret function fails by %s', async (_what, thrown, words, cause) => {
    const [tenant] = sandbox.connection.tenants ?? [];
    if (tenant === undefined) throw new Error('the sandbox has no tenant');
    const canary = Object.assign(new Error('canary'), thrown, { config: { secret: 'canary' } });
    const error = await failure(
      start({ tenants: [{ ...tenant, clientSecret: () => Promise.reject(canary) }] }),
    );
    expect(error.code).toBe('credentials_unavailable');
    expect(error.message).toContain(words);
    expect(error.cause).toMatchObject(cause);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('canary');
  });

  it('whose secret function fails without a code', async () => {
    const [tenant] = sandbox.connection.tenants ?? [];
    if (tenant === undefined) throw new Error('the sandbox has no tenant');
    const canary = Object.assign(new Error('canary'), { code: 'canary: no code', status: 'canary' });
    const error = await failure(
      start({ tenants: [{ ...tenant, clientSecret: () => Promise.reject(canary) }] }),
    );
    expect(error.message).toContain('the function given as clientSecret threw.');
    expect(error).not.toHaveProperty('cause');
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('canary');
  });
});

function fileError(): object {
  try {
    return readFileSync('/run/secrets/not-there');
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code };
  }
}
