import { chainNames, forEach } from '../chains.js';
import { cachedTokens } from '../floors/cached-token.js';
import { compare, loopOf, randomOrder, ratio } from '../measure.js';
import { resamania } from '../ours/resamania.js';
import { notTakingPart } from '../report.js';
import { atMost, ahead } from '../targets.js';

const MAP = 'floor: Map and clock';
const AWAITED = 'floor: await of an async function, Map and clock';
const PEEK = `${resamania.name}, peek`;
const GET = `${resamania.name}, await getAccessToken`;
const AT_ONCE = 32;

export const title = 'The header from a valid cached token';

export async function run({ world, peers, pace, progress }) {
  const results = [];
  for (const tenants of [1, 1000]) {
    progress(`${tenants} tenants`);
    const chains = chainNames(tenants);
    await world.reset();
    const rivals = await open([resamania, ...peers], world, chains);
    const timed = await compare(contenders(rivals, chains), pace);
    for (const { opened } of rivals) await opened.close?.();
    results.push({ tenants, timed });
  }
  return {
    tables: results.map(toTable),
    targets: targets(results.at(-1).timed, peers),
    remarks: notTakingPart(
      peers
        .map(({ name }) => name)
        .filter((name) => results.every(({ timed }) => timed.every((it) => it.name !== name))),
      'keeps its token to itself',
    ),
  };
}

/** Opens all and has each obtain its tokens; checks that what each gives is a token of the right chain. */
async function open(all, world, chains) {
  const rivals = [];
  for (const peer of all) {
    const opened = await peer.open(world, chains);
    if (opened.ask === undefined && opened.peek === undefined) continue;
    await forEach(chains, AT_ONCE, (chain) => opened.ask?.(chain) ?? opened.call(chain));
    for (const chain of chains.slice(0, 3)) {
      if (opened.peek !== undefined) assertToken(headerOf(opened, chain), chain, peer.name);
      if (opened.ask !== undefined) assertToken(await tokenOf(opened, chain), chain, peer.name);
    }
    rivals.push({ peer, opened });
  }
  return rivals;
}

function contenders(rivals, chains) {
  const names = randomOrder(chains);
  const ours = rivals[0].opened;
  const floor = cachedTokens(chains.map((chain) => [chain, ours.tokens.peek(chain).value]));
  const loops = [
    [MAP, loopOf(MAP, false, floor.header)],
    [PEEK, loopOf(PEEK, false, ours.peek, ours.readPeeked)],
    [AWAITED, loopOf(AWAITED, true, floor.token)],
    [GET, loopOf(GET, true, ours.ask)],
  ];
  for (const { peer, opened } of rivals.slice(1)) {
    const isAwaited = opened.ask !== undefined;
    const ask = isAwaited ? opened.ask : opened.peek;
    loops.push([peer.name, loopOf(peer.name, isAwaited, ask, isAwaited ? opened.read : opened.readPeeked)]);
  }
  return loops.map(([name, loop]) => ({ name, run: loop(names) }));
}

function toTable({ tenants, timed }) {
  return {
    caption: `${tenants === 1 ? '1 tenant' : `${tenants} tenants`}`,
    head: ['', 'ns', '× the Map', '× the awaited floor'],
    rows: timed.map(({ name, ns }) => [
      name,
      ns,
      ratio(timed, name, MAP),
      name === MAP || name === PEEK ? undefined : ratio(timed, name, AWAITED),
    ]),
  };
}

function targets(timed, peers) {
  const others = timed.filter(({ name }) => peers.some((peer) => peer.name === name)).map(({ name }) => name);
  return [
    atMost('`peek`, 1,000 tenants, × the Map', ratio(timed, PEEK, MAP), 1.3),
    atMost('awaited `getAccessToken`, 1,000 tenants, × the awaited floor', ratio(timed, GET, AWAITED), 2),
    ...(others.length > 0
      ? [
          ahead(
            'awaited `getAccessToken`, 1,000 tenants, × the fastest peer',
            Math.max(...others.map((name) => ratio(timed, GET, name))),
          ),
        ]
      : []),
  ];
}

function headerOf({ peek, readPeeked = (value) => value }, chain) {
  return readPeeked(peek(chain)).replace('Bearer ', '');
}

async function tokenOf({ ask, read = (value) => value }, chain) {
  return read(await ask(chain));
}

function assertToken(token, chain, who) {
  const { client_token: of } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  if (of !== chain) throw new Error(`${who} gave a token of ${of} instead of ${chain}`);
}
