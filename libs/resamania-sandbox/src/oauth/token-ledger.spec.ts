import { describe, expect, it } from '@jest/globals';
import { TokenLedger } from './token-ledger.js';

const principal = { kind: 'client' } as const;
const token = (value: string, expiresAt = 10_000, clientToken = 'demoapi') => ({
  value,
  clientToken,
  principal,
  scope: [],
  expiresAt,
});

describe('TokenLedger', () => {
  it('numbers tokens and finds them by value', () => {
    const ledger = new TokenLedger(() => 0);
    expect([ledger.enter(token('a')).serial, ledger.enter(token('b')).serial]).toEqual([1, 2]);
    expect(ledger.find('b')?.serial).toBe(2);
    expect(ledger.find('c')).toBeUndefined();
  });

  it('offers the newest token again only while it has a second to live and is not revoked', () => {
    let now = 0;
    const ledger = new TokenLedger(() => now);
    ledger.enter(token('a'));
    ledger.enter(token('b'));
    ledger.enter(token('c', 10_000, 'nordgym'));
    expect(ledger.current('demoapi', principal)?.value).toBe('b');
    expect(ledger.current('demoapi', { kind: 'club', id: '/demoapi/clubs/1' })).toBeUndefined();
    now = 9_001;
    expect(ledger.current('demoapi', principal)).toBeUndefined();
    now = 0;
    ledger.revoke('demoapi');
    expect(ledger.current('demoapi', principal)).toBeUndefined();
    expect(ledger.find('c')?.revoked).toBe(false);
  });

  it('gives refresh tokens that work once, for two weeks, unless revoked', () => {
    let now = 0;
    const ledger = new TokenLedger(() => now);
    const make = (): string => ledger.enterRefreshToken({ clientToken: 'demoapi', principal, scope: [] });
    const [used, old] = [make(), make()];
    expect(ledger.findRefreshToken(used)?.clientToken).toBe('demoapi');
    expect([ledger.useRefreshToken(used), ledger.useRefreshToken(used)]).toEqual([true, false]);
    now = 14 * 86_400_000;
    expect(ledger.findRefreshToken(old)).toBeUndefined();
    const revoked = make();
    ledger.revoke();
    expect(ledger.findRefreshToken(revoked)).toBeUndefined();
  });

  it('forgets the oldest beyond its capacity', () => {
    const ledger = new TokenLedger(() => 0);
    for (let nth = 0; nth <= 20_000; nth += 1) ledger.enter(token(`t${nth}`));
    expect([ledger.find('t0'), ledger.find('t1')?.value]).toEqual([undefined, 't1']);
  });
});
