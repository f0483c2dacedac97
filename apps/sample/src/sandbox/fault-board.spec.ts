import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ResamaniaSandbox } from 'resamania-sandbox';

import { FaultBoard, type FaultName } from './fault-board.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function build(allDueAt = NOW) {
  const told: string[] = [];
  const surface = (name: string) => ({
    down: (ms: number, fault?: unknown) =>
      told.push(`${name} down ${ms} ${fault ? 'with a fault' : ''}`.trim()),
    reset: () => told.push(`${name} reset`),
  });
  const sandbox = {
    tokenEndpoint: surface('token'),
    api: surface('api'),
    revokeTokens: () => told.push('revoked'),
  } as unknown as ResamaniaSandbox;
  const healed: (FaultName | undefined)[] = [];
  const board = new FaultBoard({
    sandbox: () => sandbox,
    allDueAt: () => allDueAt,
    onHealed: (name) => healed.push(name),
  });
  const active = () => board.list().flatMap(({ name, until }) => (until === undefined ? [] : [name]));
  return { board, told, healed, active };
}

beforeEach(() => void jest.useFakeTimers({ now: NOW }));
afterEach(() => void jest.useRealTimers());

describe('FaultBoard', () => {
  it('breaks what the fault is about, says until when, and tells when it is over', () => {
    const { board, told, healed, active } = build();
    let changes = 0;
    board.changes$.subscribe(() => (changes += 1));
    board.start('token-service');
    expect(told).toEqual(['token down 8000']);
    expect(board.list().find(({ name }) => name === 'token-service')).toEqual({
      name: 'token-service',
      until: new Date(NOW + 8000),
    });
    jest.advanceTimersByTime(8000);
    expect(active()).toEqual([]);
    expect(healed).toEqual([]);
    jest.advanceTimersByTime(100);
    expect(healed).toEqual(['token-service']);
    expect(changes).toBe(2);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps the token service down until every chain has missed a renewal', () => {
    const { board, told, healed, active } = build(NOW + 15_000);
    board.start('token-service');
    expect(told).toEqual(['token down 18000']);
    expect(board.isRunning('token-service')).toBe(true);
    jest.advanceTimersByTime(17_999);
    expect(active()).toEqual(['token-service']);
    jest.advanceTimersByTime(100);
    expect(healed).toEqual(['token-service']);
    expect(board.isRunning('token-service')).toBe(false);
  });

  it('begins a fault anew when it is started again: it ends once, late', () => {
    const { board, healed, active } = build();
    board.start('gateway-key');
    jest.advanceTimersByTime(9000);
    board.start('gateway-key');
    jest.advanceTimersByTime(9000);
    expect(active()).toEqual(['gateway-key']);
    expect(healed).toEqual([]);
    jest.advanceTimersByTime(1100);
    expect(healed).toEqual(['gateway-key']);
  });

  it('takes a fault that another has replaced everywhere for over at once', () => {
    const { board, told, healed, active } = build();
    board.start('gateway-key');
    board.start('rate-limit');
    expect(told).toContain('api down 8000 with a fault');
    expect(healed).toEqual(['gateway-key']);
    expect(active()).toEqual(['rate-limit']);
    jest.advanceTimersByTime(20_000);
    expect(healed).toEqual(['gateway-key', 'rate-limit']);
  });

  it('keeps a fault that another has replaced in one place only', () => {
    const { board, healed, active } = build();
    board.start('gateway-key');
    board.start('token-service');
    expect(active()).toEqual(['gateway-key', 'token-service']);
    expect(healed).toEqual([]);
    jest.advanceTimersByTime(20_000);
    expect(healed).toEqual(['token-service', 'gateway-key']);
  });

  it('revokes tokens in an instant, which nothing heals', () => {
    const { board, told, active } = build();
    board.start('revoke');
    expect(told).toEqual(['revoked']);
    expect(active()).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('heals everything at once, and leaves no timer', () => {
    const { board, told, healed, active } = build();
    board.start('gateway-key');
    board.start('token-service');
    board.heal();
    expect(told.slice(-2)).toEqual(['token reset', 'api reset']);
    expect(healed).toEqual([undefined]);
    expect(active()).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
