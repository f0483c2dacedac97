import { describe, expect, it } from '@jest/globals';

import { outsideOf, READINGS } from '../../../../../test/support/readings.js';
import { resolveOptions } from '../../options/resolve-options.js';
import { Tenant } from '../../tenants/tenant.js';
import { resolveApiUrl } from './api-url.js';
import { climbsWhenDecoded } from './climbing.js';

const [ONLY] = resolveOptions({
  apiBaseUrl: 'https://gw.test/env',
  tenants: [{ clientToken: 'demoapi', clientId: '1', clientSecret: 'secret' }],
}).tenants;
const TENANT = new Tenant(ONLY as NonNullable<typeof ONLY>);
const ROOT = 'https://gw.test/env/demoapi';

/**
 * What stands behind the tenant's root, and which readings of it lead out of that, in the order of `READINGS`: as written,
 * decoded once, decoded fully; and decoded fully with backslashes as slashes, without parameters, without parameters that
 * were taken off before, without control characters and spaces, cut at a null, as a URL again, as IIS does, with overlong
 * UTF-8, and with all of it at once.
 */
const TABLE: readonly (readonly [path: string, readings: string])[] = [
  ['..%2fx', '- x x x x x x x x x x x'],
  ['%2e%2e%2fx', '- x x x x x x x x x x x'],
  ['..%5cx', '- - - x - - - - - - x x'],
  ['..;/x', '- - - - x x - - - - - x'],
  ['..;a=b/x', '- - - - x x - - - - - x'],
  ['..%3b/x', '- - - - x - - - - - - x'],
  ['..%3b%252f/x', '- - - - x - - - - - - x'],
  ['..%253b%25252fx', '- - - - x - - - - - - x'],
  ['..%09/x', '- - - - - - x - - - - x'],
  ['.%09./x', '- - - - - - x - - - - x'],
  ['..%20/x', '- - - - - - x - - - - x'],
  ['..%0d%0a/x', '- - - - - - x - - - - x'],
  ['..%00/x', '- - - - - - x x - - - x'],
  ['..%00y/x', '- - - - - - - x - - - -'],
  ['..%3f/x', '- - - - - - - - x - - x'],
  ['..%23/x', '- - - - - - - - x - - x'],
  ['%252e%252e/x', '- - x x x x x x x x x x'],
  ['%25252e%25252e%25252fx', '- - x x x x x x x x x x'],
  ['%2525252525252e%2525252525252e/x', '- - x x x x x x x x x x'],
  ['%2%65%2%65/x', '- - x x x x x x x x x x'],
  ['%%32%65%%32%65/x', '- - x x x x x x x x x x'],
  ['..%u002fx', '- - - - - - - - - x - -'],
  ['%u002e%u002e/x', '- - - - - - - - - x - -'],
  ['..%c0%afx', '- - - - - - - - - - x -'],
  ['%c0%ae%c0%ae/x', '- - - - - - - - - - x -'],
  ['%25c0%25ae%25c0%25ae/x', '- - - - - - - - - - x -'],
  ['..%c1%9cx', '- - - - - - - - - - x -'],
];

describe('A path that some server reads as climbing', () => {
  it.each(TABLE)('is refused: %s', (path, readings) => {
    const url = `${ROOT}/${path}`;
    const outside = outsideOf(ROOT, url);
    const found = Object.keys(READINGS).map((name) => (outside.includes(name) ? 'x' : '-'));
    expect(found.join(' ')).toBe(readings);
    expect(resolveApiUrl(url, TENANT)).toBeUndefined();
    expect(resolveApiUrl(path, TENANT)).toBeUndefined();
    expect(resolveApiUrl(`clubs/${path}`, TENANT)).toBeUndefined();
  });

  it('is not told by one reading alone: each finds some, but for the plain one, which finds none', () => {
    const columns = Object.keys(READINGS).map(
      (_, at) => TABLE.filter(([, row]) => row[2 * at] === 'x').length,
    );
    expect(columns.map((count) => count > 0 && count < TABLE.length - 1)).toEqual([
      false,
      ...columns.slice(1).map(() => true),
    ]);
    expect(columns[0]).toBe(0);
  });
});

describe('A path that nobody reads as climbing', () => {
  it.each([
    'a%2Fb',
    'a..b',
    'a..%3bb',
    '...',
    '..a',
    'caf%C3%A9',
    '100%25',
    '%E2%80%AE',
    '%25',
    '%c0%af',
    'clubs/1;v=2',
    `x${'%25'.repeat(40)}`,
  ])('is let through: %s', (path) => {
    const url = `${ROOT}/${path}`;
    expect(outsideOf(ROOT, url)).toEqual([]);
    expect(resolveApiUrl(url, TENANT)).toBe(url);
  });
});

describe('climbsWhenDecoded', () => {
  it('takes time in proportion to the length, however deep the escapes', () => {
    const time = (length: number): number => {
      const before = process.cpuUsage();
      expect(climbsWhenDecoded(`/${'%25'.repeat(length)}2e%2e`)).toBe(false);
      expect(climbsWhenDecoded(`/${'%2525'.repeat(length)}`)).toBe(false);
      return process.cpuUsage(before).user;
    };
    time(20_000);
    const short = Math.min(time(20_000), time(20_000), time(20_000));
    expect(Math.min(time(160_000), time(160_000))).toBeLessThan(30 * Math.max(short, 1000));
  });
});
