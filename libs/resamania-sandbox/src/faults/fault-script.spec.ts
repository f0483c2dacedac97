import { describe, expect, it } from '@jest/globals';
import { FaultScript } from './fault-script.js';
import { faults } from './faults.js';

function script() {
  let now = 0;
  return { script: new FaultScript(() => now), pass: (ms: number) => void (now += ms) };
}

describe('FaultScript', () => {
  it('uses queued faults up in order, then keeps to the standing one', () => {
    const { script: faultScript } = script();
    faultScript.next(faults.status(500), faults.hang());
    faultScript.always(faults.html());
    expect(faultScript.pending).toBe(2);
    const kinds = [1, 2, 3, 4].map(() => faultScript.take('demoapi')?.kind);
    expect(kinds).toEqual(['answer', 'hang', 'answer', 'answer']);
    faultScript.reset();
    expect(faultScript.take('demoapi')).toBeUndefined();
  });

  it('keeps the faults of one chain from the others', () => {
    const { script: faultScript } = script();
    faultScript.forChain('demoapi').next(faults.reset());
    faultScript.next({ ...faults.hang(), clientToken: 'nordgym' });
    faultScript.forChain('demoapi').always(faults.truncated());
    expect(faultScript.forChain('demoapi').pending).toBe(1);
    expect(faultScript.take('clubazur')).toBeUndefined();
    expect(faultScript.take(undefined)).toBeUndefined();
    expect(faultScript.take('nordgym')?.kind).toBe('hang');
    expect(faultScript.take('demoapi')?.kind).toBe('reset');
    expect(faultScript.take('demoapi')?.kind).toBe('truncated');
    faultScript.forChain('demoapi').reset();
    expect(faultScript.take('demoapi')).toBeUndefined();
  });

  it('prefers the standing fault of a chain to the one for all', () => {
    const { script: faultScript } = script();
    faultScript.always(faults.hang());
    faultScript.forChain('demoapi').always(faults.reset());
    expect(faultScript.take('demoapi')?.kind).toBe('reset');
    expect(faultScript.take('nordgym')?.kind).toBe('hang');
  });

  it('is down until the clock says otherwise, without using the queue up', () => {
    const { script: faultScript, pass } = script();
    faultScript.next(faults.hang());
    faultScript.down(1_000);
    expect(faultScript.take('demoapi')).toMatchObject({ kind: 'answer', status: 503 });
    pass(1_000);
    expect(faultScript.take('demoapi')?.kind).toBe('hang');
  });

  it('is down for one chain, with a fault of choice, until up', () => {
    const { script: faultScript } = script();
    const chain = faultScript.forChain('demoapi');
    chain.down(undefined, faults.reset());
    expect(faultScript.take('demoapi')?.kind).toBe('reset');
    expect(faultScript.take('nordgym')).toBeUndefined();
    chain.up();
    expect(faultScript.take('demoapi')).toBeUndefined();
    chain.down();
    faultScript.up();
    expect(faultScript.take('demoapi')).toBeUndefined();
  });
});
