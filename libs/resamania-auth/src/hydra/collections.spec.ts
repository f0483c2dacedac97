import { describe, expect, it } from '@jest/globals';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { defer, from, type Observable } from 'rxjs';

import { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { type HydraClient, type HydraCollection, list, paginate } from './collections.js';

interface Club {
  readonly '@id': string;
}

/** A client whose answers are in this list, by URL; and what it was asked. */
function clientOf(answers: Readonly<Record<string, unknown>>, seen = () => undefined as unknown) {
  const asked: { url: string; config: AxiosRequestConfig | undefined; seen: unknown }[] = [];
  const client: HydraClient = {
    get: <T>(url: string, config?: AxiosRequestConfig): Observable<AxiosResponse<T>> =>
      defer(() => {
        asked.push({ url, config, seen: seen() });
        if (!(url in answers)) return from(Promise.reject(new Error(`no ${url}`)));
        return from(Promise.resolve({ data: answers[url] } as AxiosResponse<T>));
      }),
  };
  return { client, asked };
}

function page(number: number, next?: string): HydraCollection<Club> {
  return {
    '@id': '/demoapi/clubs',
    'hydra:member': [{ '@id': `/demoapi/clubs/${number}` }],
    'hydra:totalItems': 3,
    'hydra:view': {
      '@id': `/demoapi/clubs?page=${number}`,
      ...(next === undefined ? {} : { 'hydra:next': next }),
    },
  };
}

const THREE = {
  clubs: page(1, '/demoapi/clubs?page=2'),
  '/demoapi/clubs?page=2': page(2, '/demoapi/clubs?page=3'),
  '/demoapi/clubs?page=3': page(3),
};

const failure = (answers: Readonly<Record<string, unknown>>): Promise<unknown> =>
  list(clientOf(answers).client, 'clubs').then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe('list()', () => {
  it('gives all members of all pages', async () => {
    const { client } = clientOf(THREE);
    const clubs = await list<Club>(client, 'clubs');
    expect(clubs.map((club) => club['@id'])).toEqual([1, 2, 3].map((id) => `/demoapi/clubs/${id}`));
  });

  it('sends the config with each request, and its params with the first alone: the links have them', async () => {
    const { client, asked } = clientOf(THREE);
    const resamania = { tenant: 'demoapi' };
    await list(client, 'clubs', { resamania, params: { itemsPerPage: 1 } });
    expect(asked.map(({ config }) => config)).toEqual([
      { resamania, params: { itemsPerPage: 1 } },
      { resamania },
      { resamania },
    ]);
  });

  it('takes a collection of one page, which has no view, and an empty one', async () => {
    expect(await list(clientOf({ clubs: { 'hydra:member': ['a'] } }).client, 'clubs')).toEqual(['a']);
    expect(await list(clientOf({ clubs: { 'hydra:member': [] } }).client, 'clubs')).toEqual([]);
  });

  it.each([7, '', {}, ['/demoapi/clubs?page=2']])('fails where the next link is %j', async (next) => {
    const first = { 'hydra:member': [], 'hydra:view': { '@id': {}, 'hydra:next': next }, '@id': 7 };
    expect(await failure({ clubs: first })).toMatchObject({
      name: 'ResamaniaRequestError',
      code: 'broken_answer',
      message: expect.stringContaining('has a next link that is no IRI'),
    });
  });

  it.each([null, 'a', 7, { 'hydra:next': null }])(
    'takes a page with the view %j for the last',
    async (view) => {
      expect(
        await list(clientOf({ clubs: { 'hydra:member': ['a'], 'hydra:view': view } }).client, 'clubs'),
      ).toEqual(['a']);
    },
  );

  it('fails as the service does', async () => {
    expect(await failure({ clubs: page(1, '/demoapi/clubs?page=2') })).toEqual(
      new Error('no /demoapi/clubs?page=2'),
    );
  });
});

describe('paginate()', () => {
  it('asks for a page when it is needed, and no further', async () => {
    const { client, asked } = clientOf(THREE);
    const pages = paginate<Club>(client, 'clubs');
    expect(asked).toHaveLength(0);
    for await (const { 'hydra:member': members } of pages) if (members[0]?.['@id'].endsWith('/2')) break;
    expect(asked.map(({ url }) => url)).toEqual(['clubs', '/demoapi/clubs?page=2']);
    expect((await pages.next()).done).toBe(true);
  });

  it('asks for every page as the tenant that it was called for', async () => {
    const context = new ResamaniaTenantContext();
    const { client, asked } = clientOf(THREE, () => context.current());
    const pages = context.run('demoapi', () => paginate(client, 'clubs'));
    await context.run('nordgym', async () => {
      for await (const _ of pages);
    });
    expect(asked.map(({ seen }) => seen)).toEqual(['demoapi', 'demoapi', 'demoapi']);
  });
});

describe('A next link that leads astray', () => {
  it.each([
    ['to itself', { clubs: page(1, '/demoapi/clubs?page=1') }],
    [
      'to itself, as it was called',
      { clubs: { 'hydra:member': [], 'hydra:view': { 'hydra:next': 'clubs' } } },
    ],
    [
      'back',
      { clubs: page(1, '/demoapi/clubs?page=2'), '/demoapi/clubs?page=2': page(2, '/demoapi/clubs?page=1') },
    ],
  ])('%s is not followed', async (_where, answers) => {
    expect(await failure(answers)).toMatchObject({
      code: 'broken_answer',
      message: expect.stringContaining('links to a page before it as the next one') as unknown,
    });
  });

  it.each([
    '/nordgym/clubs?page=2',
    '/nordgym/demoapi/clubs',
    '/clubs?page=2',
    'https://gw.test/resa2-staging/nordgym/clubs?page=2',
    '//gw.test/nordgym/clubs',
    'https://gw.test/resa2-staging/nordgym/clubs?of=/demoapi',
  ])('%s, of another tenant, is not followed', async (next) => {
    const { client, asked } = clientOf({ clubs: page(1, next), [next]: page(2) });
    await expect(list(client, 'clubs')).rejects.toMatchObject({
      code: 'broken_answer',
      message: expect.stringContaining('links to another tenant') as unknown,
    });
    expect(asked).toHaveLength(1);
  });

  it('is known as such also where only the page or the call says the tenant', async () => {
    const next = '/nordgym/clubs?page=2';
    const view = { '@id': '/demoapi/clubs?page=1', 'hydra:next': next };
    expect(await failure({ clubs: { 'hydra:member': [], 'hydra:view': view } })).toMatchObject({
      code: 'broken_answer',
    });
    const bare = { '/demoapi/clubs': { 'hydra:member': [], 'hydra:view': { 'hydra:next': next } } };
    await expect(list(clientOf(bare).client, '/demoapi/clubs')).rejects.toMatchObject({
      code: 'broken_answer',
    });
  });

  it.each(['https://gw.test/resa2-staging/demoapi/clubs?page=2', '/demoapi/clubs;v=2?page=2'])(
    '%s is of the same',
    async (next) => {
      expect(await list(clientOf({ clubs: page(1, next), [next]: page(2) }).client, 'clubs')).toHaveLength(2);
    },
  );
});

describe('A page that is none', () => {
  it.each([
    ['a web page', '<html>'],
    ['nothing', undefined],
    ['null', null],
    ['an item', { '@id': '/demoapi/clubs/1' }],
  ])('is an error: %s', async (_what, data) => {
    expect(await failure({ clubs: data })).toMatchObject({
      name: 'ResamaniaRequestError',
      code: 'broken_answer',
      message: expect.stringMatching(/^A page of the collection is no collection\./) as unknown,
    });
  });
});
