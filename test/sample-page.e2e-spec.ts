import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ResamaniaSandbox } from 'resamania-sandbox';

import { BrowserPage, findChromium } from './support/browser.js';
import { BuiltPackage } from './support/packages.js';
import { eventually, SampleApp } from './support/sample-app.js';

const CHAINS = ['demoapi', 'nordgym', 'clubazur'];
const JWT = /ey[A-Za-z0-9_-]{10,}\./;
/** For everything that takes a token's lifetime, in milliseconds. */
const PATIENCE_MS = 45_000;

const chromiumPath = findChromium();
if (chromiumPath === undefined) {
  const missing =
    'No Chromium here: the sample page is not tested in a browser. Try `apt-get install chromium`.';
  if (process.env['REQUIRE_CHROMIUM'] === '1') throw new Error(missing);
  process.stderr.write(`\n*** ${missing}\n\n`);
}
const inBrowser = chromiumPath === undefined ? describe.skip : describe;

const apps: SampleApp[] = [];
const pages: BrowserPage[] = [];

beforeAll(() => new BuiltPackage('apps/sample').assertIsBuilt());
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  for (const app of apps.splice(0)) await app.end('SIGKILL');
});

async function start(env: Record<string, string>): Promise<SampleApp> {
  const app = new SampleApp({ PORT: '0', ...env });
  apps.push(app);
  return app.listening();
}

async function open(app: SampleApp, width?: number): Promise<BrowserPage> {
  const opened = await BrowserPage.open(chromiumPath ?? '', app.url, width);
  pages.push(opened);
  await opened.page.locator('#connection[data-state="live"]').waitFor();
  return opened;
}

async function expectNoSecrets(opened: BrowserPage): Promise<void> {
  const everything = await opened.everything();
  // The embedded sandbox's secrets are the same in every sandbox.
  const twin = await ResamaniaSandbox.start();
  const secrets = [twin.apiKey ?? 'none', ...twin.chains.map(({ clientSecret }) => clientSecret)];
  await twin.stop();
  expect(everything).toContain('event-detail');
  expect(everything).toContain('nextRefreshAt');
  expect(everything).not.toMatch(JWT);
  for (const secret of secrets) expect(everything).not.toContain(secret);
}

inBrowser('the page of the sample, in Chromium', () => {
  it('shows three chains, and their renewals as they happen', async () => {
    const { page, ...opened } = await openWith({ SANDBOX_TOKENS_LIVE: '6' });
    const rows = page.locator('.chain');
    expect(await rows.locator('h3').allTextContents()).toEqual(CHAINS);
    const bar = page.getByRole('meter', { name: 'Lifetime left of the token of nordgym' });
    expect(await bar.getAttribute('aria-valuetext')).toMatch(
      /^Expires in \d s, renewal (due in \d s|is due)$/,
    );
    await page.evaluate('window.sameDocument = true');
    for (const chain of CHAINS) {
      await page.locator(`.event[data-tenant="${chain}"]`, { hasText: 'renewed' }).first().waitFor();
    }
    const counts = await rows.locator('[data-fact="obtained"]').allTextContents();
    for (const count of counts) expect(Number(count)).toBeGreaterThan(1);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await page.locator('#chart-calls canvas').waitFor();
    await opened.expectClean();
  });

  it(
    'shows how the old token serves while the token service is down, and how it heals',
    async () => {
      const { page, ...opened } = await openWith({ SANDBOX_TOKENS_LIVE: '30' });
      const nordgym = page.locator('.chain[data-tenant="nordgym"]');
      const row = (state: string) => page.locator(`.chain[data-tenant="nordgym"][data-state="${state}"]`);
      const answered = async () => Number(await nordgym.locator('[data-fact="calls"]').textContent());
      await nordgym
        .locator('[data-fact="next"]', { hasText: /^in [123] s$/ })
        .waitFor({ timeout: PATIENCE_MS });

      await page.getByRole('button', { name: /^Token service down/ }).press('Enter');
      await page.locator('button.active', { hasText: /another \d s/ }).waitFor();
      await row('coping').waitFor({ timeout: 10_000 });
      expect(await nordgym.locator('.state').textContent()).toBe('Old token serves');
      expect(await nordgym.locator('.failure').textContent()).toMatch(/HTTP 503.*recovers by itself/);
      const before = await answered();
      await eventually(async () => (await answered()) > before);

      await row('valid').waitFor({ timeout: 20_000 });
      expect(await nordgym.locator('.failure').textContent()).toMatch(/^Last failure, over now/);
      await page.locator('.event[data-tenant="nordgym"]', { hasText: 'renewed' }).first().waitFor();
      await opened.expectClean();
    },
    2 * PATIENCE_MS,
  );

  it('fits a phone, says when the sample is gone, and is served without secrets after every fault', async () => {
    const { page, app, ...opened } = await openWith({ SANDBOX_TOKENS_LIVE: '20' }, 390);
    for (const name of [/^Revoke tokens/, /^429/, /^Gateway key refused/]) {
      await page.getByRole('button', { name }).click();
      await page.locator('#fault-said', { hasText: 'Told the sandbox' }).waitFor();
    }
    await page
      .locator('.fact-calls', { hasText: /failed, last: HTTP 401/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^Heal everything/ }).click();
    await page.locator('button.active').first().waitFor({ state: 'detached' });
    expect(await opened.overflows()).toBe(false);
    await opened.expectClean();
    expect((await app.end('SIGTERM')).tookMs).toBeLessThan(1000);
    await page.locator('#connection', { hasText: 'Disconnected' }).waitFor();
  });

  it('connects again where something before the sample has answered in its place', async () => {
    const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '20' });
    await page.route('**/events', (route) => route.fulfill({ status: 502, body: 'Bad Gateway' }));
    await page.reload();
    await page.locator('#connection', { hasText: 'Disconnected' }).waitFor();
    await page.unroute('**/events');
    await page.locator('#connection[data-state="live"]').waitFor();
    await page.locator('.chain[data-tenant="nordgym"]').waitFor();
  });

  it('documents its routes, with nothing from anywhere else', async () => {
    const app = await start({ SANDBOX_TOKENS_LIVE: '20' });
    const opened = await BrowserPage.open(chromiumPath ?? '', `${app.url}/docs`);
    pages.push(opened);
    const { page } = opened;
    await page.locator('.opblock', { hasText: '/chains/{tenant}/clubs' }).locator('button').first().click();
    const operation = page.locator('.opblock.is-open');
    for (const status of ['200', '404', '429', '502', '503', '504']) {
      await operation.locator(`tr.response[data-code="${status}"]`).waitFor();
    }
    const text = await operation.textContent();
    for (const part of ['/demoapi/clubs/1001', 'api_rate_limited', 'Retry-After']) {
      expect(text).toContain(part);
    }
    expect(await page.locator('.opblock').count()).toBeGreaterThan(5);
    expect(opened.complaints).toEqual([]);
    expect(await page.locator('body').textContent()).not.toMatch(JWT);
  });

  /** A sample and a page of it. */
  async function openWith(env: Record<string, string>, width?: number) {
    const app = await start(env);
    const opened = await open(app, width);
    return {
      app,
      page: opened.page,
      overflows: () => opened.overflows(),
      expectClean: async () => {
        await expectNoSecrets(opened);
        expect(opened.complaints).toEqual([]);
      },
    };
  }
});

describe('what the page is made of', () => {
  const post = (app: SampleApp, name: string, headers: Record<string, string>) =>
    fetch(`${app.url}/sandbox/faults/${name}`, { method: 'POST', headers, body: '{}' });

  it('comes with a strict policy, and is asked for again before it is used again', async () => {
    const app = await start({ SANDBOX_TOKENS_LIVE: '20' });
    const page = await fetch(`${app.url}/`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('etag')).not.toBeNull();
    expect((await fetch(`${app.url}/vendor/uplot/uPlot.min.css`)).headers.get('cache-control')).toContain(
      '86400',
    );
    expect((await fetch(`${app.url}/vendor/uplot/uPlot.d.ts`)).status).toBe(404);
    const { json } = await app.get('/docs/openapi.json');
    expect(Object.keys((json as { paths: object }).paths)).toEqual(
      expect.arrayContaining(['/chains', '/tokens', '/events', '/sandbox/faults/{name}']),
    );
  });

  it('breaks the sandbox for its own page only', async () => {
    const app = await start({ SANDBOX_TOKENS_LIVE: '20' });
    const json = { 'content-type': 'application/json' };
    expect((await post(app, 'token-service', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(app, 'token-service', { ...json, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(app, 'no-such-fault', json)).status).toBe(404);
    expect((await app.get('/sandbox/faults')).text).not.toContain('until');
    expect((await post(app, 'token-service', json)).status).toBe(200);
    expect((await app.get('/sandbox/faults')).text).toContain('until');
    expect((await post(app, 'heal', json)).status).toBe(200);
    expect((await app.get('/sandbox/faults')).text).not.toContain('until');
  });

  it('has no buttons without the embedded sandbox', async () => {
    const sandbox = await ResamaniaSandbox.start();
    const { clientToken, clientId, clientSecret } = sandbox.chain('nordgym');
    try {
      const app = await start({
        RESAMANIA_API_URL: sandbox.apiBaseUrl,
        RESAMANIA_API_KEY: sandbox.apiKey ?? '',
        RESAMANIA_CLIENT_TOKEN: clientToken,
        RESAMANIA_CLIENT_ID: clientId,
        RESAMANIA_CLIENT_SECRET: clientSecret,
      });
      expect(await app.get('/sandbox/faults')).toMatchObject({ status: 404 });
      expect((await app.get('/docs/openapi.json')).text).not.toContain('/sandbox');
      if (chromiumPath === undefined) return;
      const { page } = await open(app);
      await page.locator('.chain[data-tenant="nordgym"][data-state="valid"]').waitFor();
      expect(await page.getByRole('button').count()).toBe(0);
      expect(sandbox.journal.countApiRequests()).toBe(0);
    } finally {
      await sandbox.stop();
    }
  });
});
