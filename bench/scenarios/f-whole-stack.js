import { Agent, request as nodeRequest } from 'node:http';

import { HttpService } from '@nestjs/axios';
import { create } from 'axios';
import { firstValueFrom } from 'rxjs';
import { request } from 'undici';

import { forEach } from '../chains.js';
import { compare, ratio } from '../measure.js';
import { resamania, resamaniaOnAxios } from '../ours/resamania.js';
import { notTakingPart } from '../report.js';
import { atLeast } from '../targets.js';

const CHAIN = 'chain0';
const CONCURRENCY = 32;
const BARE = 'floor: bare axios with keep-alive';

export const title = `GETs through the whole stack, ${CONCURRENCY} at once`;

export async function run({ world, peers, pace, progress }) {
  progress('one tenant, its token at hand');
  await world.reset();
  const opened = [];
  const silent = [];
  for (const peer of [resamania, resamaniaOnAxios, ...peers]) {
    const it = await peer.open(world, [CHAIN]);
    if (it.call === undefined) {
      await it.close?.();
      silent.push(peer.name);
      continue;
    }
    // Its first token, before anything is timed: not all can be asked by many at once while they have none.
    await it.call(CHAIN);
    opened.push({ name: peer.name, ...it });
  }
  const header = `Bearer ${await opened[0].ask(CHAIN)}`;
  const { nest, ...others } = floors(world, header);
  const longer = { ...pace, sliceMs: pace.sliceMs * 8, warmUpMs: pace.warmUpMs * 4 };
  const libraries = opened.map(({ name, call }) => contender(name, () => call(CHAIN)));
  const timed = await compare([...Object.values(others), ...libraries], longer);
  // Alone, after the others, for the reason that scenario b has.
  progress("Nest's own HttpService");
  const nests = await compare([others.bare, nest], longer);
  for (const { close } of opened) await close?.();
  const rate = (name) => ratio(timed, BARE, name);
  return {
    tables: [
      {
        caption: '',
        head: ['', 'GETs a second', '× bare axios'],
        rows: [...rows(timed), rows(nests).at(-1)],
      },
    ],
    remarks: [
      'Bare `HttpService` is measured after the others, beside bare axios once more.',
      ...notTakingPart(silent, 'makes no calls'),
    ],
    targets: [
      atLeast('`ResamaniaHttpService`, rate × bare axios', rate(resamania.name), 1.3),
      atLeast('the same on the axios transport', rate(resamaniaOnAxios.name), 1),
    ],
  };
}

function rows(timed) {
  return timed.map(({ name, ns }) => [name, Math.round(1e9 / ns), ratio(timed, BARE, name)]);
}

function floors(world, header) {
  const url = world.apiUrl(CHAIN);
  const agent = new Agent({ keepAlive: true });
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
