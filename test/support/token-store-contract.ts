import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type {
  ClaimOutcome,
  ClaimRequest,
  ResamaniaTokenStore,
  TokenToStore,
} from '../../libs/resamania-auth/src/store/token-store.js';

const MINUTE = 60_000;

/** A store under test, as two replicas see it. */
export interface StoresUnderTest {
  readonly one: ResamaniaTokenStore;
  readonly other: ResamaniaTokenStore;
  /** Lets this much of the store's time pass, or more. */
  readonly pass: (ms: number) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** `pass` of a store on the real clock. A timer counts from the start of its turn, and may be early by any other clock. */
export async function passRealTime(ms: number): Promise<void> {
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) await sleep(Math.ceil(left));
}

let stores: StoresUnderTest;
let key: string;

/** What any store must do. Lives that end within a test are short, since a store may run on the real clock. */
export function itIsATokenStore(open: () => Promise<StoresUnderTest>): void {
  beforeEach(async () => {
    stores = await open();
    key = newId();
  });
  afterEach(() => stores.end());

  describe('a claim', describeClaim);
  describe('a token', describeToken);
  describe('a wait', describeWait);
  describe('a refresh token', describeRefreshToken);
  describe('a drop', describeDrop);
  describe('a listener', describeListener);

  it('rejects after its end, which may come twice', async () => {
    await stores.one.close();
    await stores.one.close();
    await expect(stores.one.read(key)).rejects.toThrow();
    await expect(claim(stores.one)).rejects.toThrow();
    await expect(stores.one.settle(key, { claimId: 'c' })).rejects.toThrow();
    await expect(stores.one.drop(key, 'id')).rejects.toThrow();
  });
}

function describeClaim(): void {
  it('is granted once, to one of many who ask together', async () => {
    const { one, other } = stores;
    const all = await Promise.all(Array.from({ length: 40 }, (_, index) => claim(index % 2 ? one : other)));
    const kinds = all.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'granted')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'held')).toHaveLength(39);
  });

  it('of another key is another claim', async () => {
    await claim(stores.one);
    const outcome = await stores.one.claim(newId(), request());
    expect(outcome.kind).toBe('granted');
  });

  it('ends by itself', async () => {
    await claim(stores.one, { claimMs: 50 });
    await stores.pass(100);
    expect((await claim(stores.other)).kind).toBe('granted');
  });

  it('is prolonged by who holds it', async () => {
    const claimId = newId();
    await claim(stores.one, { claimId, claimMs: 200 });
    expect((await claim(stores.one, { claimId, claimMs: MINUTE })).kind).toBe('granted');
    await stores.pass(300);
    expect((await claim(stores.other)).kind).toBe('held');
  });

  it('is ended by who holds it, and by nobody else', async () => {
    const claimId = newId();
    await claim(stores.one, { claimId });
    await stores.other.settle(key, { claimId: newId() });
    expect((await claim(stores.other)).kind).toBe('held');
    await stores.one.settle(key, { claimId });
    expect((await claim(stores.other)).kind).toBe('granted');
  });

  it("tells the store's time, which goes on", async () => {
    const granted = await claim(stores.one);
    await stores.pass(20);
    const held = await claim(stores.other);
    if (granted.kind !== 'granted' || held.kind !== 'held') throw new Error('expected a grant and a hold');
    expect(held.storeMs - granted.storeMs).toBeGreaterThanOrEqual(20);
    expect(held.storeMs - granted.storeMs).toBeLessThan(MINUTE);
  });
}

function describeToken(): void {
  it('is not there at first', async () => {
    expect(await stores.one.read(key)).toBeUndefined();
  });

  it('is read by the others as it was stored, with what is left of its life', async () => {
    const value = `é€𝄞 "\n\u0000${'x'.repeat(8000)}`;
    const { id } = await storeToken({ value, lifeMs: MINUTE });
    const entry = await stores.other.read(key);
    expect(entry).toEqual({ id, value, remainingMs: expect.any(Number) });
    expectAbout(entry?.remainingMs, MINUTE);
    expect(await stores.other.read(newId())).toBeUndefined();
  });

  it('goes before a claim, where it lasts long enough and is acceptable', async () => {
    const { id } = await storeToken({ lifeMs: MINUTE });
    expect(await claim(stores.other)).toMatchObject({ kind: 'stored', entry: { id } });
    expect((await claim(stores.other, { minRemainingMs: MINUTE, claimId: 'c' })).kind).toBe('granted');
    expect((await claim(stores.other, { notIds: ['another', id], claimId: 'c' })).kind).toBe('granted');
    expect((await claim(stores.other, { notIds: ['another'] })).kind).toBe('stored');
  });

  it('ends by itself', async () => {
    await storeToken({ lifeMs: 50 });
    await stores.pass(100);
    expect(await stores.one.read(key)).toBeUndefined();
  });

  it('is not replaced by one that ends earlier, unless it is named', async () => {
    const { id } = await storeToken({ lifeMs: 2 * MINUTE });
    await storeToken({ lifeMs: MINUTE, replaces: ['another'] });
    expect((await stores.one.read(key))?.id).toBe(id);
    const shorter = await storeToken({ lifeMs: MINUTE, replaces: ['another', id] });
    expect((await stores.one.read(key))?.id).toBe(shorter.id);
    const longer = await storeToken({ lifeMs: 3 * MINUTE });
    expect((await stores.one.read(key))?.id).toBe(longer.id);
  });

  it('is stored also without a claim: a slow owner has lost it, or had none', async () => {
    await claim(stores.other);
    const { id } = await storeToken({ lifeMs: MINUTE }, newId());
    expect((await stores.one.read(key))?.id).toBe(id);
    expect((await claim(stores.one, { notIds: [id] })).kind).toBe('held');
  });

  it('that has ended by now is not stored, and its claim ends', async () => {
    const claimId = newId();
    await claim(stores.one, { claimId });
    await storeToken({ lifeMs: -1 }, claimId);
    expect(await stores.one.read(key)).toBeUndefined();
    expect((await claim(stores.other)).kind).toBe('granted');
  });

  it('is never kept for longer than its lifetime, whatever its end is said to be', async () => {
    const { storeMs } = await grant();
    const token = { id: newId(), value: 'v', expiresAt: storeMs + 1e9, lifetimeMs: MINUTE };
    await stores.one.settle(key, { claimId: 'c', token: { ...token, replaces: [], refresh: undefined } });
    expectAbout((await stores.one.read(key))?.remainingMs, MINUTE);
  });
}

function describeWait(): void {
  it('stops all, until it ends by itself', async () => {
    const id = await storeWait(150);
    const outcome = await claim(stores.other);
    expect(outcome).toMatchObject({ kind: 'wait', entry: { id, value: 'a wait' } });
    await stores.pass(300);
    expect((await claim(stores.other)).kind).toBe('granted');
  });

  it('does not stop those who name it, and is not a token', async () => {
    const id = await storeWait(MINUTE);
    expect(await stores.one.read(key)).toBeUndefined();
    expect((await claim(stores.other, { notIds: [id] })).kind).toBe('granted');
  });

  it('lasts for an hour at most', async () => {
    await storeWait(1e9);
    const outcome = await claim(stores.other);
    expectAbout(outcome.kind === 'wait' ? outcome.entry.remainingMs : undefined, 60 * MINUTE);
  });

  it('comes too late from who has lost the claim', async () => {
    const { storeMs } = await grant({ claimMs: 50 });
    await stores.pass(100);
    await claim(stores.other, { claimId: 'o' });
    const wait = { id: newId(), value: 'late', endsAt: storeMs + MINUTE };
    await stores.one.settle(key, { claimId: 'c', wait });
    await stores.other.settle(key, { claimId: 'o' });
    expect((await claim(stores.one)).kind).toBe('granted');
  });

  it('ends with a token', async () => {
    const id = await storeWait(MINUTE);
    await claim(stores.one, { claimId: 'c', notIds: [id] });
    const token = await storeToken({ lifeMs: MINUTE }, 'c');
    expect((await claim(stores.one, { notIds: [token.id] })).kind).toBe('granted');
  });
}

function describeRefreshToken(): void {
  it('is given with a claim that asks for it, once', async () => {
    const { id } = await storeToken({ lifeMs: MINUTE, refresh: 'refresh-1' });
    const notIds = [id];
    expect(await claim(stores.other, { claimId: 'c', notIds })).toMatchObject({ refresh: undefined });
    const taken = await claim(stores.other, { claimId: 'c', notIds, takeRefresh: true });
    expect(taken).toMatchObject({ kind: 'granted', refresh: 'refresh-1' });
    const again = await claim(stores.other, { claimId: 'c', notIds, takeRefresh: true });
    expect(again).toMatchObject({ kind: 'granted', refresh: undefined });
  });

  it('stays where the claim is held by another, or not needed', async () => {
    const { id } = await storeToken({ lifeMs: MINUTE, refresh: 'refresh-1' });
    expect((await claim(stores.one, { takeRefresh: true })).kind).toBe('stored');
    await claim(stores.one, { claimId: 'c', notIds: [id] });
    expect((await claim(stores.other, { takeRefresh: true, notIds: [id] })).kind).toBe('held');
    const taken = await claim(stores.one, { claimId: 'c', notIds: [id], takeRefresh: true });
    expect(taken).toMatchObject({ refresh: 'refresh-1' });
  });
}

function describeDrop(): void {
  it('deletes the token that it names, and no other', async () => {
    const first = await storeToken({ lifeMs: MINUTE });
    expect(await stores.other.drop(key, newId())).toBe(true);
    expect((await stores.one.read(key))?.id).toBe(first.id);
    expect(await stores.other.drop(key, first.id)).toBe(true);
    expect(await stores.one.read(key)).toBeUndefined();
  });

  it('is refused for the next token: another one would not help', async () => {
    const first = await storeToken({ lifeMs: MINUTE });
    await stores.one.drop(key, first.id);
    // Another replica met the same rejection: it goes and gets what comes.
    expect(await stores.other.drop(key, first.id)).toBe(true);
    const second = await storeToken({ lifeMs: MINUTE });
    expect(await stores.other.drop(key, first.id)).toBe(true);
    expect(await stores.other.drop(key, second.id)).toBe(false);
    expect((await stores.one.read(key))?.id).toBe(second.id);
  });
}

function describeListener(): void {
  it('is told of what any replica settles, until it stops', async () => {
    const told: unknown[] = [];
    const stop = stores.one.subscribe((settled) => told.push(settled));
    // A store may need a moment before it hears anything.
    await eventually(async () => {
      await stores.other.settle('another', { claimId: 'c' });
      return told.includes('another');
    });
    await stores.other.settle(key, { claimId: 'c' });
    await eventually(async () => told.includes(key));
    stop();
    const before = told.length;
    await stores.other.settle(key, { claimId: 'c' });
    await stores.pass(50);
    expect(told).toHaveLength(before);
  });
}

function newId(): string {
  return randomBytes(16).toString('base64url');
}

function request(changes: Partial<ClaimRequest> = {}): ClaimRequest {
  const usual = { claimId: newId(), claimMs: MINUTE, minRemainingMs: 0, notIds: [], takeRefresh: false };
  return { ...usual, ...changes };
}

function claim(store: ResamaniaTokenStore, changes?: Partial<ClaimRequest>): Promise<ClaimOutcome> {
  return store.claim(key, request(changes));
}

/** The store's time is told with a claim. */
async function grant(changes?: Partial<ClaimRequest>): Promise<{ storeMs: number }> {
  const outcome = await claim(stores.one, { claimId: 'c', ...changes });
  if (outcome.kind !== 'granted') throw new Error(`expected a grant, found ${outcome.kind}`);
  return outcome;
}

async function storeToken(
  { lifeMs, ...given }: { lifeMs: number } & Partial<TokenToStore>,
  claimId = newId(),
): Promise<{ id: string }> {
  // The store's time, from a claim of a key that nobody uses.
  const time = await stores.one.claim(newId(), request());
  if (time.kind !== 'granted') throw new Error(`expected a grant, found ${time.kind}`);
  const usual = { id: newId(), value: 'v', lifetimeMs: 10 * MINUTE, replaces: [], refresh: undefined };
  const token = { ...usual, ...given, expiresAt: time.storeMs + lifeMs };
  await stores.one.settle(key, { claimId, token });
  return token;
}

async function storeWait(ms: number): Promise<string> {
  const { storeMs } = await grant();
  const wait = { id: newId(), value: 'a wait', endsAt: storeMs + ms };
  await stores.one.settle(key, { claimId: 'c', wait });
  return wait.id;
}

function expectAbout(actual: number | undefined, wanted: number): void {
  expect(actual).toBeLessThanOrEqual(wanted);
  expect(actual).toBeGreaterThan(wanted - 20_000);
}

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await stores.pass(10);
}
