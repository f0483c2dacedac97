import { Agent, request as nodeRequest } from 'node:http';

import { HttpService } from '@nestjs/axios';
import { create } from 'axios';
import { firstValueFrom } from 'rxjs';
import { request } from 'undici';

import { forEach } from '../chains.js';
import { alternate, compare, elapsedNs, ratio } from '../measure.js';
import { resamania, resamaniaOnUndici } from '../ours/resamania.js';
import { notTakingPart } from '../report.js';
import { atLeast } from '../targets.js';

const CHAIN = 'chain0';
const CONCURRENCY = 32;
const BARE = 'floor: bare axios with keep-alive';

export const title = `GETs through the whole stack, ${CONCURRENCY} at once`;

export async function run({ world, peers, pace, progress }) {
  progress('one tenant, its token at hand');
  await world.reset();
  const agent = new Agent({ keepAlive: true });
  const ours = [await opened(resamania, world, { httpAgent: agent }), await opened(resamaniaOnUndici, world)];
  const others = [];
  for (const peer of peers) others.push(await opened(peer, world));
  const header = `Bearer ${await ours[0].ask(CHAIN)}`;
  const { bare, nest, ...otherFloors } = floors(world, header, agent);
  // A rate is one of elapsed time, whatever the pace.
  const longer = { ...pace, clock: elapsedNs, sliceMs: pace.sliceMs * 8, warmUpMs: pace.warmUpMs * 4 };
  const callers = others.filter(({ call }) => call !== undefined);
  const timed = await compare([bare, ...Object.values(otherFloors), ...callers.map(contenderOf)], longer);
  const short = { pairs: pace.repeats * 9, sliceMs: pace.sliceMs * 2, warmUpMs: pace.warmUpMs * 4 };
  const pairs = [];
  for (const one of [...ours.map(contenderOf), nest]) {
    progress(`${one.name} beside bare axios`);
    pairs.push(await alternate([bare, one], short));
  }
  for (const { close } of [...ours, ...others]) await close?.();
  agent.destroy();
  const rate = (pair) => ratio(pair, BARE, pair[1].name);
  const silent = others.filter(({ call }) => call === undefined).map(({ name }) => name);
  return {
    tables: [
      {
        caption: '',
        head: ['', 'GETs a second', '× bare axios'],
        rows: [...rows(timed), ...pairs.map((pair) => rows(pair)[1])],
      },
    ],
    remarks: [
      `The last three are measured after the others, each beside bare axios in ${short.pairs} short slices that alternate.`,
      ...notTakingPart(silent, 'makes no calls'),
    ],
    targets: [
      atLeast('`ResamaniaHttpService`, rate × bare axios with the same agent', rate(pairs[0]), 0.97),
      atLeast('the same with `undiciAdapter()`', rate(pairs[1]), 1.3),
    ],
  };
}

async function opened(peer, world, options) {
  const it = await peer.open(world, [CHAIN], options);
  // Its first token, before anything is timed: not all can be asked by many at once while they have none.
  await it.call?.(CHAIN);
  return { name: peer.name, ...it };
}

function contenderOf({ name, call }) {
  return contender(name, () => call(CHAIN));
}

function rows(timed) {
  return timed.map(({ name, ns }) => [name, Math.round(1e9 / ns), ratio(timed, BARE, name)]);
}

function floors(world, header, agent) {
  const url = world.apiUrl(CHAIN);
  const headers = { Authorization: header };
  const bare = create({ httpAgent: agent, headers });
  const nest = new HttpService(create({ httpAgent: agent, headers }));
  return {
    bare: contender(BARE, async () => (await bare.get(url)).status),
    nest: contender('floor: bare HttpService', async () => (await firstValueFrom(nest.get(url))).status),
    undici: contender('floor: undici.request', async () => {
      const { statusCode, body } = await request(url, { headers });
      await body.json();
      return statusCode;
    }),
    node: contender('floor: node:http', () => nodeGet(url, { agent, headers })),
  };
}

function contender(name, get) {
  return { name, run: (count) => gets(name, get, count) };
}

function nodeGet(url, options) {
  return new Promise((resolve, reject) => {
    nodeRequest(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        JSON.parse(text);
        resolve(response.statusCode);
      });
    })
      .on('error', reject)
      .end();
  });
}

async function gets(name, get, count) {
  await forEach(Array.from({ length: count }), CONCURRENCY, async () => {
    const status = await get();
    if (status !== 200) throw new Error(`${name}: status ${status}`);
  });
}
