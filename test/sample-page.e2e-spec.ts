import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ResamaniaSandbox } from 'resamania-sandbox';

import type { Locator, Page } from 'playwright-core';

import { BrowserPage, findChromium } from './support/browser.js';
import { BuiltPackage } from './support/packages.js';
import { eventually } from './support/eventually.js';
import { SampleApp } from './support/sample-app.js';
import { SmallApp } from './support/small-app.js';

const CHAINS = ['demoapi', 'nordgym', 'clubazur'];
const JWT = /ey[A-Za-z0-9_-]{10,}\./;
/** For everything that takes a token's lifetime, in milliseconds. */
const PATIENCE_MS = 45_000;

jest.setTimeout(2 * PATIENCE_MS);

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

function row(page: Page, chain: string, state: string): Locator {
  return page.locator(`.chain[data-tenant="${chain}"][data-state="${state}"]`);
}

function healthy(page: Page, chain: string): Locator {
  return row(page, chain, 'valid').filter({ has: page.locator('.state', { hasText: /^Works$/ }) });
}

/** How the mark before a row's state is drawn, its colour apart. */
function markOf(page: Page, chain: string): Promise<string> {
  return page.evaluate(`(() => {
    const { borderRadius, clipPath } = getComputedStyle(
      document.querySelector('.chain[data-tenant="${chain}"] .state'), '::before');
    return borderRadius + ' ' + clipPath;
  })()`);
}

/** Painted points of the chart of calls below the line, which is at two thirds of its height. */
function inkBelowTheLine(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const over = document.querySelector('#chart-calls .u-over').getBoundingClientRect();
    const canvas = document.querySelector('#chart-calls canvas');
    const { left, top } = canvas.getBoundingClientRect();
    const x = Math.ceil(over.left - left), y = Math.ceil(over.top - top + over.height * 0.7);
    const { data } = canvas.getContext('2d').getImageData(x, y, over.width, over.height * 0.3 - 3);
    return data.filter((_, index) => index % 4 === 3).filter((alpha) => alpha > 128).length;
  })()`);
}

/** For each such element, whether it is in the window and nothing lies over it: a script for the page. */
function inSight(selector: string): string {
  return `[...document.querySelectorAll('${selector}')].map((node) => {
    const { left, top, width, height, bottom } = node.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return top >= 0 && bottom <= window.innerHeight && node.contains(hit);
  })`;
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
      const answered = async () => Number(await nordgym.locator('[data-fact="calls"]').textContent());
      await nordgym
        .locator('[data-fact="next"]', { hasText: /^in [123] s$/ })
        .waitFor({ timeout: PATIENCE_MS });

      await page.getByRole('button', { name: /^Token service down/ }).press('Enter');
      await page.locator('button.active', { hasText: /another \d+ s/ }).waitFor();
      await row(page, 'nordgym', 'coping').waitFor({ timeout: 10_000 });
      expect(await nordgym.locator('.state').textContent()).toBe('Old token serves');
      expect(await nordgym.locator('.failure').textContent()).toMatch(/HTTP 503.*recovers by itself/);
      const before = await answered();
      await eventually(async () => (await answered()) > before);

      await row(page, 'nordgym', 'valid').waitFor({ timeout: 20_000 });
      expect(await nordgym.locator('.failure').textContent()).toMatch(/^Last failure, over now/);
      await page.locator('.event[data-tenant="nordgym"]', { hasText: 'renewed' }).first().waitFor();
      await opened.expectClean();
    },
    2 * PATIENCE_MS,
  );

  it('fits a phone, says when the sample is gone, and is served without secrets after every fault', async () => {
    const { page, app, ...opened } = await openWith({ SANDBOX_TOKENS_LIVE: '20' }, 390);
    for (const [name, said] of [
      [/^Revoke tokens/, 'Tokens revoked'],
      [/^429/, 'Too many requests'],
      [/^Gateway key refused/, 'Gateway key refused'],
    ] as const) {
      await page.getByRole('button', { name }).click();
      await page.locator('#fault-said', { hasText: said }).waitFor();
    }
    await page.locator('.failure', { hasText: 'Calls fail: HTTP 401, refused.' }).first().waitFor();
    await page.getByRole('button', { name: /^Heal everything/ }).click();
    await page.locator('button.active').first().waitFor({ state: 'detached' });
    expect(await opened.overflows()).toBe(false);
    await opened.expectClean();
    expect((await app.end('SIGTERM')).tookMs).toBeLessThan(1000);
    await page.locator('#connection', { hasText: 'Disconnected' }).waitFor();
  });

  it(
    'shows an outage that begins right after a renewal: it lasts until every chain has missed one',
    async () => {
      const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '20' });
      const nordgym = page.locator('.chain[data-tenant="nordgym"]');
      await nordgym.locator('[data-fact="next"]', { hasText: /^in 1[3-5] s$/ }).waitFor({
        timeout: PATIENCE_MS,
      });
      await page.getByRole('button', { name: /^Token service down/ }).click();
      for (const chain of CHAINS) {
        await page
          .locator(`.event[data-tenant="${chain}"]`, { hasText: 'renewal failed' })
          .first()
          .waitFor({ timeout: 20_000 });
      }
      for (const chain of CHAINS) await healthy(page, chain).waitFor({ timeout: 20_000 });
    },
    3 * PATIENCE_MS,
  );

  it(
    'shows every row well again soon after the gateway takes the key again',
    async () => {
      const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '20' });
      const key = page.getByRole('button', { name: /^Gateway key refused/ });
      await key.click();
      for (const chain of CHAINS) await row(page, chain, 'failing').waitFor();
      await page.locator('button.active').first().waitFor({ state: 'detached', timeout: 15_000 });
      for (const chain of CHAINS) await healthy(page, chain).waitFor({ timeout: 5_000 });
    },
    3 * PATIENCE_MS,
  );

  it(
    'never says one thing in a row and another in the time line, in any fault',
    async () => {
      // Long enough that an old token serves for seconds: a busy page draws less often.
      const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '24' });
      await page.evaluate(WATCH_FOR_CONTRADICTIONS);
      const broken = page.locator('button.active').first();
      for (const name of [/^Gateway key refused/, /^429/, /^Token service down/]) {
        await page.getByRole('button', { name }).click();
        // Until the fault is there, its end would be found at once.
        await broken.waitFor();
        await broken.waitFor({ state: 'detached', timeout: PATIENCE_MS });
        for (const chain of CHAINS) await healthy(page, chain).waitFor({ timeout: 15_000 });
      }
      // This one has no end to wait for: what it did is to be seen.
      await page.getByRole('button', { name: /^Revoke tokens/ }).click();
      for (const chain of CHAINS) {
        await page.locator(`.event[data-tenant="${chain}"][data-type="rejected"]`).first().waitFor();
        await healthy(page, chain).waitFor();
      }
      expect(await page.evaluate('window.seenStates')).toEqual(
        expect.arrayContaining(['coping', 'failing', 'valid']),
      );
      expect(await page.evaluate('window.contradictions')).toEqual([]);
    },
    4 * PATIENCE_MS,
  );

  it('shows one quota for the one gateway key', async () => {
    const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '20' });
    await page
      .locator('#quota', { hasText: /^Gateway key: 9,\d{3} of 10,000 requests left until / })
      .waitFor();
    expect(await page.getByText(/of 10,000/).count()).toBe(1);
  });

  it('draws failed calls below the line and answered ones above it, and marks states by shape', async () => {
    const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '20' });
    await row(page, 'nordgym', 'valid').waitFor();
    const good = await markOf(page, 'nordgym');
    await page.getByRole('button', { name: /^Gateway key refused/ }).click();
    await row(page, 'nordgym', 'failing').waitFor();
    expect(await markOf(page, 'nordgym')).not.toEqual(good);
    await eventually(async () => (await inkBelowTheLine(page)) > 0);
    expect(await page.locator('figcaption').first().textContent()).toMatch(/▲ answered,\s+▼ failed/);
  });

  it.each([844, 664])('has buttons and states in view together on a phone, %i px high', async (height) => {
    const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '20' }, 390);
    await page.setViewportSize({ width: 390, height });
    await page.locator('#chains').evaluate((list: { scrollIntoView(): void }) => list.scrollIntoView());
    expect(await page.evaluate(inSight('.chain .state'))).toEqual([true, true, true]);
    expect(await page.evaluate(inSight('#faults button'))).toEqual([true, true, true, true, true]);
  });

  it('says what a chain is, and shows the code that does all this: it runs as it is', async () => {
    const { page } = await openWith({ SANDBOX_TOKENS_LIVE: '20' });
    expect(await page.locator('.lead').textContent()).toMatch(/A chain is one company of clubs/);
    const code = (await page.locator('#code').textContent()) ?? '';
    expect(code.split('\n').filter((line) => line !== '')).toHaveLength(10);
    const sandbox = await ResamaniaSandbox.start();
    const application = await SmallApp.of({ 'main.ts': CODE_IMPORTS + code + CODE_USE });
    try {
      expect(JSON.parse(await application.run(sandbox.env()))).toHaveLength(3);
    } finally {
      application.remove();
      await sandbox.stop();
    }
  });

  it('makes a call when asked, and shows what came back, good or bad', async () => {
    const { page, ...opened } = await openWith({ SANDBOX_TOKENS_LIVE: '20' });
    const call = page.getByRole('button', { name: 'Call', exact: true });
    const chain = page.locator('select[name="chain"]');
    expect(await chain.locator('option').allTextContents()).toEqual(CHAINS);
    await chain.selectOption('clubazur');
    await page.getByLabel('List its').selectOption('classes');
    await call.click();
    await page
      .locator('#answer', { hasText: /Answered in \d+ ms: 30 classes[^]*\/clubazur\/class_events\// })
      .waitFor();
    await page.getByRole('button', { name: /^Gateway key refused/ }).click();
    await page.locator('#fault-said', { hasText: 'Gateway key refused' }).waitFor();
    await call.click();
    await page.locator('#answer', { hasText: /Failed in \d+ ms: HTTP 502[^]*api_refused/ }).waitFor();
    expect(await chain.inputValue()).toBe('clubazur');
    // Chromium reports the status of the answer that was asked for.
    expect(opened.complaints().filter((text) => !text.includes('502'))).toEqual([]);
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
      complaints: () => opened.complaints,
      expectClean: async () => {
        await expectNoSecrets(opened);
        expect(opened.complaints).toEqual([]);
      },
    };
  }
});

const CODE_IMPORTS = `
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, resamaniaConfig, ResamaniaHttpService } from 'nestjs-resamania-auth';
import { firstValueFrom } from 'rxjs';
`;
const CODE_USE = `
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const { data } = await firstValueFrom(app.get(ClubsService).list('nordgym'));
console.log(JSON.stringify(data['hydra:member']));
await app.close();
`;

/** Looks at every change of the page for rows that say something else than the newest events of their chain. */
const WATCH_FOR_CONTRADICTIONS = `
window.contradictions = [];
window.seenStates = [];
new MutationObserver(() => {
  for (const row of document.querySelectorAll('.chain')) {
    const { tenant, state } = row.dataset;
    const text = row.querySelector('.failure').textContent;
    const events = [...document.querySelectorAll('.event[data-tenant="' + tenant + '"]')];
    const newest = (...types) => events.find(({ dataset }) => types.includes(dataset.type))?.dataset.type;
    const ofToken = newest('obtained', 'renewal-failed', 'wait-started', 'tenant-updated');
    const ofCalls = newest('calls-failing', 'calls-answered');
    const wrong = {
      'a failed renewal, in a row that works': ofToken === 'renewal-failed' && !['coping', 'failing'].includes(state),
      'no token left, in a row that has one': ofToken === 'wait-started' && state !== 'failing',
      'a new token, in a row without': ofToken === 'obtained' && (state === 'coping' || text.startsWith('Renewal failed')),
      'failed calls, in a row that works': ofCalls === 'calls-failing' && state !== 'failing',
      'answered calls, in a row where they fail': ofCalls !== 'calls-failing' && text.startsWith('Calls fail'),
      'the old token serves, in a row where it does not': /serves/.test(events[0]?.textContent) && state !== 'coping',
    };
    if (!window.seenStates.includes(state)) window.seenStates.push(state);
    for (const [what, holds] of Object.entries(wrong)) {
      if (holds) window.contradictions.push([tenant, state, what, text, events[0].textContent].join(' | '));
    }
  }
}).observe(document.querySelector('main'), { subtree: true, childList: true, attributes: true, characterData: true });
`;

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
      // The one for a call is there, and calls only when it is pressed.
      expect(await page.getByRole('button').allTextContents()).toEqual(['Call']);
      expect(sandbox.journal.countApiRequests()).toBe(0);
      await page.getByRole('button', { name: 'Call' }).click();
      await page.locator('#answer', { hasText: /Answered in \d+ ms: 3 clubs/ }).waitFor();
      expect(sandbox.journal.countApiRequests('nordgym')).toBe(1);
    } finally {
      await sandbox.stop();
    }
  });
});
