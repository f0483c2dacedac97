import { readFileSync } from 'node:fs';

import { afterEach, describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';

import { codeBlocks } from '../../../../test/support/markdown.js';
import { StatusGuard } from './status.guard.js';

/** Whether a request from an address, with a header, gets in. */
function letsIn(remoteAddress: string | undefined, authorization?: string): boolean {
  const request = { headers: { authorization }, socket: { remoteAddress } };
  const context = { switchToHttp: () => ({ getRequest: () => request }) };
  return new StatusGuard().canActivate(context as unknown as ExecutionContext);
}

afterEach(() => {
  delete process.env['STATUS_TOKEN'];
});

describe('the guard of the status route', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['192.168.127.1', false],
    ['::ffff:10.127.0.0', false],
    ['::127.0.0.1', false],
    ['::12', false],
    ['2001:db8::1', false],
    ['', false],
    [undefined, false],
  ])('without a token: %s', (address, isLetIn) => {
    expect(letsIn(address)).toBe(isLetIn);
    expect(letsIn(address, 'Bearer ')).toBe(isLetIn);
  });

  it.each([
    ['Bearer the-token', true],
    ['Bearer the-token ', false],
    ['Bearer the-toke', false],
    ['bearer the-token', false],
    ['the-token', false],
    ['Bearer ', false],
    ['', false],
    [undefined, false],
  ])('with a token, from wherever: %j', (authorization, isLetIn) => {
    process.env['STATUS_TOKEN'] = 'the-token';
    for (const address of ['127.0.0.1', '10.0.0.1']) expect(letsIn(address, authorization)).toBe(isLetIn);
  });

  it('is the one that the docs show', () => {
    const [docs, own] = ['docs/status-and-events.md', 'apps/sample/src/tokens/status.guard.ts'].map((path) =>
      readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8'),
    );
    const shown = codeBlocks(docs ?? '', 'ts').find(({ code }) => code.startsWith('// status.guard.ts\n'));
    expect(shown?.code).toBe(`// status.guard.ts\n${own}`);
  });
});
