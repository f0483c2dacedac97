import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium of this machine: the one that `CHROMIUM_PATH` names, or else the first on the `PATH`. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH: named = '', PATH = '' } = process.env;
  if (named !== '') return existsSync(named) ? named : undefined;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return places.find((place) => existsSync(place));
}

/** A page in a headless Chromium, which keeps all that the browser was sent. */
export class BrowserPage {
  readonly page: Page;
  /** What the browser complained about: errors of scripts, of the policy, of requests. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #bodies: Promise<string>[] = [];
  readonly #messages: string[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('response', (response) => {
      // The stream of events has no end, so it has no body to read: see #messages.
      if (!response.url().endsWith('/events')) this.#bodies.push(response.text().catch(() => ''));
      this.#messages.push(JSON.stringify(response.headers()));
    });
  }

  /** Opens an address at the width of a phone or of a desk. */
  static async open(executablePath: string, url: string, width = 1280): Promise<BrowserPage> {
    // Containers run as root, where Chromium's own sandbox refuses to start.
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const opened = new BrowserPage(browser, await context.newPage());
    await opened.#keepMessages(context);
    await opened.page.goto(url);
    return opened;
  }

  /** Every body, header and server-sent event so far, and the document as it stands. */
  async everything(): Promise<string> {
    const bodies = await Promise.all(this.#bodies);
    return [...bodies, ...this.#messages, await this.page.content()].join('\n');
  }

  /** Whether the page is wider than its window. */
  async overflows(): Promise<boolean> {
    return this.page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  async #keepMessages(context: BrowserContext): Promise<void> {
    const session: CDPSession = await context.newCDPSession(this.page);
    session.on('Network.eventSourceMessageReceived', ({ data }) => this.#messages.push(data));
    await session.send('Network.enable');
  }
}
