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
  const others = [];
  for (const peer of [resamania, resamaniaOnAxios, ...peers]) {
    const it = await peer.open(world, [CHAIN]);
    if (it.call === undefined) {
      await it.close?.();
      others.push(peer.name);
      continue;
    }
    // Its first token, before anything is timed: not all can be asked by many at once while they have none.
    await it.call(CHAIN);
    opened.push({ name: peer.name, ...it });
  }
  const header = `Bearer ${await opened[0].ask(CHAIN)}`;
  const contenders = [
    ...floors(world, header),
    ...opened.map(({ name, call }) => ({ name, get: () => call(CHAIN) })),
  ];
  const timed = await compare(
    contenders.map(({ name, get }) => ({ name, run: (count) => gets(name, get, count) })),
    { ...pace, sliceMs: pace.sliceMs * 8, warmUpMs: pace.warmUpMs * 4 },
  );
  for (const { close } of opened) await close?.();
  const rate = (name) => ratio(timed, BARE, name);
  return {
    tables: [
      {
        caption: '',
        head: ['', 'GETs a second', '× bare axios'],
        rows: timed.map(({ name, ns }) => [name, Math.round(1e9 / ns), rate(name)]),
      },
    ],
    remarks: notTakingPart(others, 'makes no calls'),
    targets: [
      atLeast('`ResamaniaHttpService`, rate × bare axios', rate(resamania.name), 1.3),
      atLeast('the same on the axios transport', rate(resamaniaOnAxios.name), 1),
    ],
  };
}

function floors(world, header) {
  const url = world.apiUrl(CHAIN);
  const agent = new Agent({ keepAlive: true });
  const headers = { Authorization: header };
  const bare = create({ httpAgent: agent, headers });
  const nest = new HttpService(create({ httpAgent: agent, headers }));
  return [
    { name: BARE, get: async () => (await bare.get(url)).status },
    { name: 'floor: bare HttpService', get: async () => (await firstValueFrom(nest.get(url))).status },
    {
      name: 'floor: undici.request',
      async get() {
        const { statusCode, body } = await request(url, { headers });
        await body.json();
        return statusCode;
      },
    },
    { name: 'floor: node:http', get: () => nodeGet(url, { agent, headers }) },
  ];
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
