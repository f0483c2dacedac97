import { dirname, join, normalize } from 'node:path/posix';

import ts from 'typescript';

/** The rooms of the library, in order: each imports from itself and from those before it. */
export const ROOMS = [
  'foundation',
  'store',
  'telemetry',
  'options/checks',
  'options',
  'environment',
  'tenants',
  'gateway',
  'token/limiter',
  'token/request',
  'token/cache',
  'token/shared',
  'token/schedule',
  'token/events',
  'token',
  'http/target',
  'http/call',
  'http',
  'nest',
  'doctor/checks',
  'doctor',
  'wiring',
  'doors',
] as const;

/** Rooms with an entry of their own: they import nothing of the library, and nothing of it imports them. */
export const LEAVES = ['undici'] as const;

/** Rooms with an entry of their own that build on the library; nothing of it imports them. */
export const ANNEXES = ['hydra', 'opentelemetry', 'redis', 'terminus', 'testing'] as const;

type Room = (typeof ROOMS)[number] | (typeof LEAVES)[number] | (typeof ANNEXES)[number];

const MAX_FILES = 10;
const MAX_LINES = 200;
const MAX_FUNCTION_LINES = 40;

/** Sources by their path below `src/`, without specs. */
export type SourceFiles = ReadonlyMap<string, string>;

/** Everything about a set of sources that is against the rules of the house, a line each. */
export function houseProblems(files: SourceFiles): string[] {
  const problems = roomProblems(files);
  for (const [path, text] of files) {
    problems.push(...lengthProblems(path, text));
    for (const specifier of importsOf(text)) problems.push(...importProblems(path, specifier, files));
  }
  return problems;
}

function roomProblems(files: SourceFiles): string[] {
  const counts = new Map<Room, number>();
  const homeless: string[] = [];
  for (const path of files.keys()) {
    const room = roomOf(path);
    if (room === undefined) homeless.push(`${path}: its folder is no room of the house`);
    else counts.set(room, (counts.get(room) ?? 0) + 1);
  }
  const crowded = [...counts].filter(([, count]) => count > MAX_FILES);
  return [...homeless, ...crowded.map(([room, count]) => `${room}: ${count} files, at most ${MAX_FILES}`)];
}

function roomOf(path: string): Room | undefined {
  const folder = dirname(path);
  if (folder !== '.') return [...ROOMS, ...LEAVES, ...ANNEXES].find((room) => room === folder);
  if (/^(?:index|cli)\.ts$/.test(path)) return 'doors';
  return path.startsWith('resamania-auth.') ? 'wiring' : 'foundation';
}

function lengthProblems(path: string, text: string): string[] {
  const lines = text.trimEnd().split('\n').length;
  const long = lines > MAX_LINES ? [`${path}: ${lines} lines, at most ${MAX_LINES}`] : [];
  const functions = functionsOf(path, text).filter((found) => found.lines > MAX_FUNCTION_LINES);
  return [
    ...long,
    ...functions.map(
      ({ name, lines: length }) => `${path}: ${name}: ${length} lines, at most ${MAX_FUNCTION_LINES}`,
    ),
  ];
}

/** Every function, method and accessor with its length. */
export function functionsOf(path: string, text: string): { name: string; lines: number }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: { name: string; lines: number }[] = [];
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineOf(node.getEnd()) - lineOf(node.getStart()) + 1;
      found.push({
        name: node.name?.getText() ?? `a function in line ${lineOf(node.getStart()) + 1}`,
        lines,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The relative imports of a file, types included. */
export function importsOf(text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'));
}

function importProblems(path: string, specifier: string, files: SourceFiles): string[] {
  const target = normalize(join(dirname(path), specifier)).replace(/\.js$/, '.ts');
  if (!files.has(target))
    return target.endsWith('.ts') ? [`${path}: imports ${target}, which is not there`] : [];
  const [from, to] = [roomOf(path), roomOf(target)];
  if (from === undefined || to === undefined) return [];
  if (/(?:^|\/)index\.ts$/.test(target)) return [`${path}: imports ${target}; that is a door for others`];
  const isLeaf = (room: Room) => LEAVES.some((leaf) => leaf === room);
  if (from !== to && (isLeaf(from) || isLeaf(to)))
    return [`${path}: imports ${target}, across the wall of a leaf`];
  const isAnnex = (room: Room) => ANNEXES.some((annex) => annex === room);
  if (from !== to && isAnnex(to)) return [`${path}: imports ${target}, across the wall of an annex`];
  if (isAnnex(from)) return [];
  const isUpwards = ROOMS.indexOf(to as never) > ROOMS.indexOf(from as never);
  return isUpwards ? [`${path}: imports ${target}, which is upwards: ${to} stands above ${from}`] : [];
}

const BOX = /^(\w+)\[".+"\]$/;
const ARROW = /^\w+ --> \w+$/;

/** What is wrong with the diagram of a page, held against the imports between the folders of the library. */
export function diagramProblems(markdown: string, files: SourceFiles): string[] {
  const diagram = /^```mermaid\n(.*?)^```$/ms.exec(markdown)?.[1];
  if (diagram === undefined) return ['there is no diagram'];
  const lines = diagram.split('\n').map((line) => line.trim());
  const boxes = lines.flatMap((line) => BOX.exec(line)?.[1] ?? []);
  const arrows = lines.filter((line) => ARROW.test(line));
  const others = lines.filter(
    (line) => !BOX.test(line) && !ARROW.test(line) && !/^(?:flowchart \w+)?$/.test(line),
  );
  return [
    ...others.map((line) => `${line}: neither a box nor an arrow`),
    ...differences(boxes, [...files.keys()].flatMap(outerRoomOf), 'box'),
    ...differences(arrows, [...files].flatMap(arrowsOf), 'arrow'),
  ];
}

/** The folder of a file, without the folders in it; nothing for the files of `src` itself. */
function outerRoomOf(path: string): string[] {
  const [room = '', ...rest] = path.split('/');
  return rest.length === 0 ? [] : [room];
}

function arrowsOf([path, text]: readonly [string, string]): string[] {
  const targets = importsOf(text).flatMap((specifier) =>
    outerRoomOf(normalize(join(dirname(path), specifier))),
  );
  const [from] = outerRoomOf(path);
  return from === undefined ? [] : targets.filter((to) => to !== from).map((to) => `${from} --> ${to}`);
}

function differences(drawn: readonly string[], real: readonly string[], what: string): string[] {
  const [drawnOnce, needed] = [new Set(drawn), new Set(real)];
  const twice = drawn.filter((each, index) => drawn.indexOf(each) !== index);
  return [
    ...twice.map((each) => `${what} ${each}: drawn twice`),
    ...[...drawnOnce]
      .filter((each) => !needed.has(each))
      .map((each) => `${what} ${each}: drawn, but not there`),
    ...[...needed]
      .filter((each) => !drawnOnce.has(each))
      .map((each) => `${what} ${each}: there, but not drawn`),
  ];
}
