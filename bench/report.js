import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** Looks where the peers look: in their own folder, then at the root. */
const require = createRequire(new URL('./peers/peers.js', import.meta.url));
/** What all of them run on. */
const GROUND = ['@nestjs/axios', '@nestjs/common', '@nestjs/core', 'axios', 'ioredis', 'rxjs', 'undici'];

/** Where and with what was measured. */
export function circumstances(command) {
  const [cpu] = cpus();
  const { dependencies } = require('./package.json');
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ', changed'),
    node: process.version,
    cpu: cpu.model.trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    packages: [...GROUND, ...Object.keys(dependencies)].flatMap((name) => installed(name) ?? []),
  };
}

/** The results as Markdown: targets first, then the tables of each scenario. */
export function toMarkdown({ circumstances: at, scenarios }) {
  return [
    `Measured on ${at.date} at commit ${at.commit} with \`${at.command}\`: Node.js ${at.node}, ${at.platform}, ` +
      `${at.cores} × ${at.cpu}, ${at.memoryGiB} GiB. ${at.packages.join(', ')}.`,
    table(
      ['', 'target', 'measured', ''],
      scenarios.flatMap(({ letter, targets }) =>
        targets.map(({ what, target, measured, isMet }) => [
          `(${letter}) ${what}`,
          target,
          measured,
          isMet ? 'met' : '**missed**',
        ]),
      ),
    ),
    ...scenarios.flatMap(({ letter, title, tables, remarks = [] }) => [
      `### (${letter}) ${title}`,
      ...tables.flatMap(({ caption, head, rows }) => [
        ...(caption === '' ? [] : [`${caption}:`]),
        table(head, rows),
      ]),
      ...remarks,
    ]),
  ].join('\n\n');
}

/** A remark on those that a scenario leaves out, if any. */
export function notTakingPart(names, why) {
  return names.length === 0 ? [] : [`Not here, since it ${why}: ${names.join(', ')}.`];
}

/** A Markdown table, laid out as the formatter does it. */
export function table(head, data) {
  const rows = data.map((row) => row.map(figure));
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column].length)),
  );
  const isNumeric = head.map(
    (_, column) => column > 0 && rows.every((row) => /^(?:-?[\d.,]+|n\/a|)$/.test(row[column])),
  );
  const line = (cells) =>
    `| ${cells.map((cell, n) => (isNumeric[n] ? cell.padStart(widths[n]) : cell.padEnd(widths[n]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, n) => (isNumeric[n] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function figure(value) {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'number') return value;
  if (Number.isInteger(value) || value >= 1000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function git(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  } catch {
    return 'unknown';
  }
}

/** Found by its folder: not every package exports its manifest. */
/** A package with its version; `undefined` where it is not installed, as peers are not where they take no part. */
function installed(name) {
  for (const folder of require.resolve.paths(name)) {
    try {
      return `${name} ${JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version}`;
    } catch {
      // Not in this folder: the next one up.
    }
  }
  return undefined;
}
