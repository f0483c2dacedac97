import { HttpService } from '@nestjs/axios';
import { create } from 'axios';
import { firstValueFrom } from 'rxjs';

import { noopAdapter } from '../floors/noop-adapter.js';
import { compare, loopOf, ratio } from '../measure.js';
import { resamania } from '../ours/resamania.js';
import { notTakingPart } from '../report.js';
import { atMost } from '../targets.js';

const CHAIN = 'chain0';
const BARE = 'floor: bare axios';
const CONSTANT = 'floor: axios, constant-header interceptor';
const ATTACHED = `${resamania.name}, ResamaniaAuthInterceptor`;
const SERVICE = `${resamania.name}, ResamaniaHttpService`;

export const title = 'A call through a no-op axios adapter';

export async function run({ world, peers, pace, progress }) {
  progress('one tenant, its token at hand');
  await world.reset();
  const url = world.apiUrl(CHAIN);
  const { opened, contenders } = await ours(world, url);
  const others = [];
  for (const peer of peers) {
    const rival = await peer.open(world, [CHAIN]);
    if (rival.attach === undefined) {
      await rival.close?.();
      others.push(peer.name);
    } else contenders.push(await attached(peer.name, rival, url));
  }
  const timed = await compare(contenders, pace);
  await opened.close();
  // Alone, after the others: what it leaves behind at each call changes where the engine puts the objects of RxJS, and
  // with it the speed of everybody else who uses RxJS in the same process.
  progress("Nest's own HttpService");
  const nest = await compare([contenders[0], contenders[1], await nests(url)], pace);
  return {
    tables: [
      {
        caption: '',
        head: ['', 'µs', '× bare axios', '× constant header'],
        rows: [...rows(timed), rows(nest).at(-1)],
      },
    ],
    remarks: [
      'Bare `HttpService` is measured after the others, beside bare axios and the constant header once more.',
      ...notTakingPart(others, 'has no interceptor for axios'),
    ],
    targets: [
      atMost(
        'interceptor, tenant known, × a constant-header interceptor',
        ratio(timed, ATTACHED, CONSTANT),
        1.1,
      ),
      atMost('`ResamaniaHttpService` call, × bare axios', ratio(timed, SERVICE, BARE), 1.3),
    ],
  };
}

function rows(timed) {
  return timed.map(({ name, ns }) => [
    name,
    ns / 1000,
    ratio(timed, name, BARE),
    ratio(timed, name, CONSTANT),
  ]);
}

async function ours(world, url) {
  const opened = await resamania.open(world, [CHAIN]);
  const header = `Bearer ${await opened.ask(CHAIN)}`;
  const bare = newInstance();
  const constant = newInstance();
  constant.interceptors.request.use((config) => {
    config.headers.set('Authorization', header);
    return config;
  });
  const atOnce = newInstance();
  atOnce.interceptors.request.use(
    (config) => {
      config.headers.set('Authorization', header);
      return config;
    },
    undefined,
    { synchronous: true },
  );
  const own = newInstance();
  opened.attach(own, CHAIN);
  const service = opened.http.forTenant(CHAIN);
  service.axiosRef.defaults.adapter = noopAdapter;
  const contenders = [
    await contender(BARE, (to) => bare.get(to), url),
    await contender(CONSTANT, (to) => constant.get(to), url, header),
    await contender(`${CONSTANT}, synchronous`, (to) => atOnce.get(to), url, header),
    await contender(ATTACHED, (to) => own.get(to), url, header),
    await contender(SERVICE, (to) => firstValueFrom(service.get(to)), url, header),
    await contender(`${SERVICE}, its axiosRef`, (to) => service.axiosRef.get(to), url, header),
  ];
  return { opened, contenders };
}

function nests(url) {
  const service = new HttpService(newInstance());
  return contender('floor: bare HttpService', (to) => firstValueFrom(service.get(to)), url);
}

async function attached(name, rival, url) {
  const instance = create();
  rival.attach(instance, CHAIN);
  // Once over the wire, so that it has its token; from then on nothing is sent.
  await instance.get(url);
  instance.defaults.adapter = noopAdapter;
  return contender(name, (to) => instance.get(to), url, 'Bearer ey');
}

function newInstance() {
  return create({ adapter: noopAdapter });
}

/** A contender whose calls have been seen to arrive at the adapter, with the header or without it. */
async function contender(name, get, url, header) {
  noopAdapter.seen = undefined;
  noopAdapter.isWatching = true;
  await get(url);
  noopAdapter.isWatching = false;
  const { authorization, url: arrived } = noopAdapter.seen ?? {};
  const isRight =
    header === undefined ? authorization === undefined : String(authorization).startsWith(header);
  if (!isRight || arrived !== url)
    throw new Error(`${name} reached the adapter with ${arrived}, ${authorization}`);
  return { name, run: loopOf(name, true, get, ({ statusText }) => statusText)([...Array(8192)].fill(url)) };
}
