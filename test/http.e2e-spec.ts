import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from 'axios';
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

describe("A host's own client", () => {
  it('gets the bearer for the API', async () => {
    const host = create({ baseURL: sandbox.apiBaseUrl });
    side.interceptor.attachTo(host);
    const { data } = await host.get('/nordgym/clubs');
    expect(data['hydra:totalItems']).toBe(3);
  });
});
