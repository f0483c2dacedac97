import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { ROOT } from '../../../test/support/sources.js';

const SHORT = 2_000;
const LONG = 16_000;
/** Eight times the text may take so many times as long: 8 would be in proportion, 64 is the square. */
const MOST = 30;
const RUNS = 5;
/** What is repeated, beside what a pattern's own text suggests; and what may come before and after. */
const PUMPS = [
  ...'aA0_ \t\n\r.:/\\()[]{}%@,;?#-+*$`"é\u2028',
  '\r\n',
  ', ',
  '..',
  '/.',
  '%2',
  'a ',
  'a.',
  '0.',
];
const HEADS = ['', 'a', '/'];
const TAILS = ['\0', '\n!'];

/** Every regular expression literal of the packages, with the file that it is in. */
function patterns(): [name: string, pattern: RegExp][] {
  const folders = readdirSync(join(ROOT, 'libs')).map((lib) => join('libs', lib, 'src'));
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.[cm]?ts$/.test(path) && !path.endsWith('.spec.ts'))
      .flatMap((path) =>
        literalsOf(readFileSync(join(ROOT, folder, path), 'utf8')).map((literal): [string, RegExp] => [
          `${path}: ${literal}`,
          compiled(literal),
        ]),
      ),
  );
}

function literalsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

function compiled(literal: string): RegExp {
  const end = literal.lastIndexOf('/');
  return new RegExp(literal.slice(1, end), literal.slice(end + 1));
}

/** Repeated parts of a text that this pattern might choke on: the usual, and what stands in it. */
function pumpsOf({ source }: RegExp): Set<string> {
  const plain = source.replaceAll(/\\[a-zA-Z]|\(\?[<!=:]+|[\\^$*+?|]/g, '');
  const neighbours = Array.from(plain, (char, at) => char + (plain[at + 1] ?? ''));
  return new Set([...PUMPS, ...plain, ...neighbours]);
}

/** What may have to come before: the beginning of an anchored pattern, and the signs that stand in any. */
function headsOf({ source }: RegExp): Set<string> {
  const beginning = /^\^(?:[\w:-]|\\[/.[\]()])+/.exec(source)?.[0] ?? '';
  return new Set([
    ...HEADS,
    beginning.slice(1).replaceAll('\\', ''),
    ...source.replaceAll(/[\w^$*+?|\\]/g, ''),
  ]);
}

/** In microseconds of the processor: a busy machine makes no difference. */
function timeOf(pattern: RegExp, text: string): number {
  const start = process.cpuUsage();
  text.replace(pattern, '');
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function leastTime(pattern: RegExp, text: string): number {
  return Math.min(...Array.from({ length: RUNS }, () => timeOf(pattern, text)));
}

/** A pattern that goes over each character 64 times: what grows no faster than that has grown by nothing to speak of. */
const SLOW_BUT_LINEAR = /[a-z]{1,64}@/;
const unit = leastTime(SLOW_BUT_LINEAR, 'a'.repeat(SHORT));

/** A text that takes more than `MOST` times as long when it is eight times as long. */
function chokesOn(pattern: RegExp): object | undefined {
  const heads = [...headsOf(pattern)];
  const texts = [...pumpsOf(pattern)].flatMap((pump) =>
    heads.flatMap((head) => TAILS.map((tail) => ({ head, pump, tail }))),
  );
  return texts.find(({ head, pump, tail }) => {
    const text = (length: number) => head + pump.repeat(length / pump.length) + tail;
    // Almost all take no time at all.
    if (timeOf(pattern, text(LONG)) < MOST * unit) return false;
    const most = MOST * Math.max(leastTime(pattern, text(SHORT)), unit);
    return leastTime(pattern, text(LONG)) > most;
  });
}

describe('A text of 16,000 characters, made to choke a pattern', () => {
  it('is found for patterns whose work grows with the square', () => {
    const planted = [/^[\t ]+|[\t ]+$/g, /\((.*)\)$/s, /^RESAMANIA_\w*x\w*y$/, /,\s*\s*Bearer/];
    expect(planted.filter((pattern) => chokesOn(pattern) === undefined)).toEqual([]);
  });

  it.each(patterns())('takes time in proportion to its length: %s', (_name, pattern) => {
    expect(chokesOn(pattern)).toBeUndefined();
  });
});
