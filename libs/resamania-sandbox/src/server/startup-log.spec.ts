import { Logger, type LoggerService } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupLog } from './startup-log.js';

function recorder(lines: string[]): LoggerService {
  const note = (message: unknown): void => void lines.push(String(message));
  return { log: note, warn: note, error: note, debug: note, verbose: note, fatal: note };
}

describe('StartupLog', () => {
  let lines: string[];

  beforeEach(() => {
    lines = [];
    Logger.overrideLogger(recorder(lines));
  });

  afterEach(() => Logger.overrideLogger(false));

  it('keeps what Nest says of a start from the log, and lets the rest pass', () => {
    const log = StartupLog.begin();
    Logger.log('starting', 'NestFactory');
    Logger.error('in use', 'NestApplication');
    Logger.log('mine', 'Host');
    Logger.warn('careful', 'Host');
    Logger.debug('detail', 'Host');
    Logger.verbose('more', 'Host');
    Logger.fatal('worst', 'Host');
    log.end();
    Logger.log('later', 'NestFactory');
    expect(lines).toEqual(['mine', 'careful', 'detail', 'more', 'worst', 'later']);
  });

  it('hands it to a sink, if there is one', () => {
    const sunk: string[] = [];
    const log = StartupLog.begin(recorder(sunk));
    Logger.log('starting', 'InstanceLoader');
    log.end();
    expect([sunk, lines]).toEqual([['starting'], []]);
  });

  it.each(['first', 'second'])('restores the former logger when of two starts the %s ends first', (first) => {
    const one = StartupLog.begin();
    const two = StartupLog.begin();
    for (const log of first === 'first' ? [one, two] : [two, one]) log.end();
    Logger.log('starting', 'NestFactory');
    expect(lines).toEqual(['starting']);
  });

  it('leaves a logger alone that was set meanwhile', () => {
    const own: string[] = [];
    const log = StartupLog.begin();
    Logger.overrideLogger(recorder(own));
    log.end();
    Logger.log('hello', 'Host');
    expect([own, lines]).toEqual([['hello'], []]);
  });
});
