import { describe, expect, it } from '@jest/globals';

import { readCommand, USAGE, WrongArguments } from './command.js';

describe('The arguments', () => {
  it('have defaults, and names add up', () => {
    expect(readCommand(['doctor'])).toEqual({ timeout: 10 });
    const args = ['--tenant', 'a', '--tenant=b', '--timeout', '0.5', '--env', '.env', '--json'];
    expect(readCommand(['doctor', ...args])).toEqual({
      tenant: ['a', 'b'],
      timeout: 0.5,
      env: '.env',
      json: true,
    });
  });

  it.each([['--help'], ['-h'], ['help'], ['help', 'doctor'], ['doctor', '--help'], ['doctor', '-h']])(
    'ask for help: %s %s',
    (...args) => {
      expect(readCommand(args)).toBe('help');
    },
  );

  it.each(['--version', '-V'])('ask for the version: %s', (arg) => {
    expect(readCommand([arg])).toBe('version');
  });

  it.each<[string, string[], RegExp]>([
    ['no command', [], /the command is missing/i],
    ['no command, but an option of it', ['--json'], /the command is missing/i],
    ['an unknown command', ['nurse'], /unknown command 'nurse'/i],
    ['an unknown option', ['doctor', '--unknown'], /unknown option '--unknown'/i],
    ['a missing value', ['doctor', '--tenant'], /'--tenant <value>' argument missing/i],
    ['an option in place of a value', ['doctor', '--tenant', '--json'], /'--tenant' argument is ambiguous/i],
    ['a value where none is taken', ['doctor', '--json=yes'], /'--json' does not take an argument/i],
    ['an excess argument', ['doctor', 'surplus'], /unexpected argument 'surplus'/i],
    ...['0', '601', 'x', '', '1e1'].map((text): [string, string[], RegExp] => [
      `a time limit of ${text}`,
      ['doctor', '--timeout', text],
      /'--timeout <seconds>' takes a number from 0\.1 to 600/i,
    ]),
    ['a time limit below zero', ['doctor', '--timeout=-1'], /takes a number from 0\.1 to 600, not '-1'/i],
  ])('are refused: %s', (_what, args, message) => {
    const reading = () => readCommand(args);
    expect(reading).toThrow(WrongArguments);
    expect(reading).toThrow(message);
    expect(reading).toThrow(/\.\nRun "resamania-auth --help" for usage\.$/);
  });

  it('are all explained, within 100 columns', () => {
    for (const option of ['--tenant <name>', '--env <path>', '--timeout <seconds>', '--json', '--help']) {
      expect(USAGE).toContain(option);
    }
    expect(Math.max(...USAGE.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
