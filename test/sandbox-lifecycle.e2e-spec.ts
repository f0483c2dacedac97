import { connect } from 'node:net';
import { once } from 'node:events';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { firstValueFrom, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { faults, ResamaniaSandbox, type ResamaniaSandboxOptions } from 'resamania-sandbox';
import { askToken, callApi, tokenOf } from '../libs/resamania-sandbox/test/caller.js';

describe('A sandbox’s life', () => {
  const running: ResamaniaSandbox[] = [];

  const start = async (options: ResamaniaSandboxOptions = {}) => {
    const sandbox = await ResamaniaSandbox.start(options);
    running.push(sandbox);
    return sandbox;
  };

  afterEach(async () => {
    for (const sandbox of running.splice(0)) await sandbox.stop();
  });

  it('stops at once, under hanging, delayed, dribbling and idle connections, and only once', async () => {
    const sandbox = await start();
    const slow = [faults.hang(), faults.delay(60_000), faults.slowBody({ totalMs: 60_000 })];
    sandbox.tokenEndpoint.next(...slow);
    const arrived = firstValueFrom(sandbox.journal.arrivals$.pipe(take(slow.length), toArray()));
    const outcomes = slow.map(() => askToken(sandbox).catch((error: Error) => error.message));
    const idle = connect(sandbox.port, '127.0.0.1');
    await once(idle, 'connect');
    await arrived;
    const closed = once(idle, 'close');
    const startedAt = performance.now();
    await Promise.all([sandbox.stop(), sandbox.stop()]);
    await sandbox.stop();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatch(/hang up|aborted|ECONNRESET/);
    await closed;
    await expect(askToken(sandbox)).rejects.toThrow('ECONNREFUSED');
  });

  it('shares nothing with another sandbox in the process', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    one.tokenEndpoint.always(faults.status(500));
    const token = await tokenOf(two);
    expect((await callApi(two, '/demoapi/clubs', token)).status).toBe(200);
    expect((await callApi(one, '/demoapi/clubs', token)).json['message']).toBe('Invalid JWT Token');
    expect([one.journal.countTokenRequests(), two.journal.countTokenRequests()]).toEqual([0, 1]);
  });

  it('keeps quiet in a Nest application that starts it, and leaves that one’s logger alone', async () => {
    const lines: string[] = [];
    const note = (message: unknown): void => void lines.push(String(message));
    Logger.overrideLogger({ log: note, warn: note, error: note });
    try {
      class HostModule {}
      Module({})(HostModule);
      const host = await NestFactory.createApplicationContext(HostModule);
      lines.length = 0;
      const sandbox = await start();
      await sandbox.stop();
      expect(lines).toEqual([]);
      Logger.log('still here');
      expect(lines).toEqual(['still here']);
      await host.close();
    } finally {
      Logger.overrideLogger(false);
    }
  });

  it('tells its logger of the start, if it has one', async () => {
    const lines: string[] = [];
    const note = (message: unknown): void => void lines.push(String(message));
    const sandbox = await start({ logger: { log: note, warn: note, error: note } });
    await sandbox.stop();
    expect(lines.length).toBeGreaterThan(0);
  });

  it('says when its port is taken', async () => {
    const sandbox = await start();
    await expect(start({ port: sandbox.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('names its chains, and says so when asked for one that it has not', async () => {
    const sandbox = await start({
      chains: [{ clientToken: 'one', clientId: 'i', clientSecret: 's' }],
    });
    expect(sandbox.chains).toEqual([
      {
        clientToken: 'one',
        clientId: 'i',
        clientSecret: 's',
        clubId: '/one/clubs/1001',
        networkNodeId: '/one/network_nodes/1001',
        contactEmail: 'contact-1@one.example',
      },
    ]);
    expect(() => sandbox.rotateSecret('two', 'x')).toThrow('The sandbox has no chain "two"; it has one.');
  });

  it('pauses before its answers and counts what overlaps', async () => {
    const sandbox = await start({ tokenLatencyMs: 40, apiLatencyMs: 40 });
    const startedAt = performance.now();
    await Promise.all([askToken(sandbox), askToken(sandbox), askToken(sandbox)]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(35);
    expect(sandbox.journal.maxConcurrentTokenRequests).toBe(3);
    expect(
      sandbox.journal
        .tokenRequests()
        .map((entry) => entry.tokenSerial)
        .toSorted(),
    ).toEqual([1, 2, 3]);
  });
});
