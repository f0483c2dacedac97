import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from 'axios';
import { type HydraCollection, type HydraResource, list, paginate } from 'nestjs-resamania-auth/hydra';
import { firstValueFrom } from 'rxjs';
import { ResamaniaSandbox } from 'resamania-sandbox';

import { createHttpSide, type HttpSide } from './support/http-client.js';

let sandbox: ResamaniaSandbox;
let side: HttpSide;

beforeAll(async () => {
  sandbox = await ResamaniaSandbox.start();
});

afterAll(() => sandbox.stop());

beforeEach(() => {
  side = createHttpSide(sandbox.connection);
});

afterEach(() => side.stop());

describe('A bound service', () => {
  it('takes a path, an IRI, a hydra:next link and an absolute URL alike', async () => {
    const http = side.http.forTenant('demoapi');
    const urls = ['clubs', '/clubs', '/demoapi/clubs', `${sandbox.apiBaseUrl}/demoapi/clubs`];
    for (const url of urls) {
      const { data } = await firstValueFrom(http.get<{ 'hydra:totalItems': number }>(url));
      expect(data['hydra:totalItems']).toBe(3);
    }
    const { data: page } = await firstValueFrom(http.get('/class_events'));
    const { data: next } = await firstValueFrom(http.get(page['hydra:view']['hydra:next']));
    expect(next['hydra:member']).toHaveLength(30);
    expect(next['hydra:member'][0]).not.toEqual(page['hydra:member'][0]);
  });
});

describe('A collection of several pages', () => {
  it('is listed whole, and page by page', async () => {
    const http = side.http.forTenant('demoapi');
    const { data } = await firstValueFrom(http.get<HydraCollection<HydraResource>>('class_events'));
    const all = await list<HydraResource>(http, 'class_events');
    expect(data['hydra:member'].length).toBeLessThan(all.length);
    expect(new Set(all.map((event) => event['@id'])).size).toBe(data['hydra:totalItems']);
    let pages = 0;
    for await (const page of paginate(http, 'class_events')) pages += page['hydra:member'].length > 0 ? 1 : 0;
    expect(pages).toBe(Math.ceil(all.length / 30));
  });
});

describe("A host's own client", () => {
  it('gets the bearer for the API', async () => {
    const host = create({ baseURL: sandbox.apiBaseUrl });
    side.interceptor.attachTo(host);
    const { data } = await host.get('/nordgym/clubs');
    expect(data['hydra:totalItems']).toBe(3);
  });
});
