// What is installed: our tarballs, the ranges that they declare, and Node.js in other versions.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { run } from './processes.js';

export const ROOT = join(import.meta.dirname, '../..');

const NPM_INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
const INSTALL_MS = 240_000;
const PACK_MS = 60_000;

/** Packs a package of the workspace, as npm would publish it. Gives the path. */
export async function pack(name, folder) {
  const args = ['pack', '--loglevel=error', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: join(ROOT, 'libs', name), timeoutMs: PACK_MS });
  return join(folder, stdout.trim().split('\n').at(-1));
}

/** Installs what the package.json of the folder says. */
export async function install(folder) {
  await run('npm', NPM_INSTALL, { cwd: folder, timeoutMs: INSTALL_MS });
}

/** Makes a folder with these packages in it. */
export async function installInto(folder, dependencies) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await install(folder);
}

/** A Node.js of a version, out of npm's packages; the one that runs this, without a version. Each is installed once. */
export function nodeBinaries(folder) {
  const known = new Map([[undefined, Promise.resolve(process.execPath)]]);
  return (version) => {
    if (!known.has(version)) known.set(version, installNode(join(folder, `node-${version}`), version));
    return known.get(version);
  };
}

/** The name of the package `node` is only a script that installs this one; npm runs no such scripts by default. */
async function installNode(folder, version) {
  const name = `node-${process.platform}-${process.arch}`;
  await installInto(folder, { [name]: version });
  return join(folder, 'node_modules', name, 'bin/node');
}

/** The lowest version of each peer, optional ones included: the floor of its range. */
export function lowestPeers() {
  return Object.fromEntries(
    Object.entries(manifest().peerDependencies).map(([name, range]) => {
      const floor = /^\^(\d+\.\d+\.\d+)/.exec(range)?.[1];
      if (floor === undefined) throw new Error(`${name}: no floor in "${range}"`);
      return [name, floor];
    }),
  );
}

/** The last part of each peer's range: npm installs the newest version in it. */
export function newestPeers() {
  return Object.fromEntries(
    Object.entries(manifest().peerDependencies).map(([name, range]) => [name, range.split(' || ').at(-1)]),
  );
}

export function optionalPeers() {
  return Object.keys(manifest().peerDependenciesMeta);
}

/** The version of a package in a project; nothing when it has none. */
export function versionIn(folder, name) {
  try {
    return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

function manifest() {
  return JSON.parse(readFileSync(join(ROOT, 'libs/resamania-auth/package.json'), 'utf8'));
}
