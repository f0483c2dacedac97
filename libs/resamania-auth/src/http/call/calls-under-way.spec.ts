import { PassThrough } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

import { CallsUnderWay } from './calls-under-way.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function config(timeout: number): InternalAxiosRequestConfig {
  return { headers: new AxiosHeaders(), timeout } as InternalAxiosRequestConfig;
}

describe('the calls under way', () => {
  it('end at their own time limits, in whatever order they began', () => {
    const calls = new CallsUnderWay();
    const ended: number[] = [];
    const limits = [300, 100, 400, 0, 200];
    for (const ms of limits)
      calls.begin(config(ms)).subscribe((reason) => {
        expect(reason).toMatchObject({ code: 'ECONNABORTED', message: `timeout of ${ms}ms exceeded` });
        ended.push(ms);
      });
    const seen = [99, 1, 99, 1, 99, 1, 100, 3_600_000].map((ms) => {
      jest.advanceTimersByTime(ms);
      return ended.length;
    });
    expect(seen).toEqual([0, 1, 1, 2, 2, 3, 4, 4]);
    expect(ended).toEqual([100, 200, 300, 400]);
  });

  it('end all at once when their limits are the same, and the others stay as they are', () => {
    const calls = new CallsUnderWay();
    const begun = [100, 100, 200, 100].map((ms) => calls.begin(config(ms)));
    begun[0]?.over();
    jest.advanceTimersByTime(100);
    expect(begun.map(({ reason }) => reason !== undefined)).toEqual([false, true, false, true]);
    jest.advanceTimersByTime(100);
    expect(begun.map(({ reason }) => reason !== undefined)).toEqual([false, true, true, true]);
  });

  it('that have their answer have no limit any more, and leave no timer that goes round', () => {
    const calls = new CallsUnderWay();
    const call = calls.begin(config(100));
    call.answered({ data: new PassThrough() } as unknown as AxiosResponse);
    jest.advanceTimersByTime(1000);
    expect(() => call.throwIfRequested()).not.toThrow();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are waited for until the last body has come, or aborted when the time of grace is over', async () => {
    const calls = new CallsUnderWay();
    const body = new PassThrough();
    calls.begin(config(0)).answered({ data: body } as unknown as AxiosResponse);
    const late = calls.begin(config(0));
    let isSettled = false;
    calls.abortIn(500);
    const settled = calls.settled().then(() => {
      isSettled = true;
    });
    await jest.advanceTimersByTimeAsync(499);
    expect(isSettled).toBe(false);
    expect(() => late.throwIfRequested()).not.toThrow();
    await jest.advanceTimersByTimeAsync(1);
    expect(late.reason).toMatchObject({ code: 'shutting_down' });
    await settled;
    expect(calls.begin(config(0)).reason).toMatchObject({ code: 'shutting_down' });
  });
});
