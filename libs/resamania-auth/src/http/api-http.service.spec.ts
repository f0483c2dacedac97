import { describe, expect, it, jest } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import {
  type AxiosAdapter,
  AxiosError,
  type AxiosRequestConfig,
  create,
  type InternalAxiosRequestConfig,
  isCancel,
} from 'axios';
import { firstValueFrom, type Observable, take } from 'rxjs';

import { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { ApiHttpService } from './api-http.service.js';
import { UnsubscribeToken } from './call/cancellation.js';

const context = new ResamaniaTenantContext();
const URL = 'https://api.test/clubs';
const body: unknown = { name: 'Lyon' };
const config: AxiosRequestConfig<unknown> = {
  params: { page: 2 },
  headers: { 'X-Own': '1' },
  url: 'not this one',
  method: 'PURGE',
  data: 'in the config',
  timeout: 5,
};

const answering: AxiosAdapter = (asked) =>
  Promise.resolve({ data: 'ok', status: 200, statusText: '', headers: {}, config: asked });

/** What the adapter is asked, by our service and by Nest's own. */
async function askedBy(call: (http: HttpService) => Observable<unknown>) {
  const asked: InternalAxiosRequestConfig[] = [];
  const adapter: AxiosAdapter = (its) => {
    asked.push(its);
    return answering(its);
  };
  const defaults = { adapter, baseURL: 'https://api.test', headers: { common: { 'X-Default': '2' } } };
  await firstValueFrom(call(new ApiHttpService(create(defaults), context)));
  await firstValueFrom(call(new HttpService(create(defaults))));
  return asked.map(comparable);
}

/** All of a request but its cancel token, which must be there. */
function comparable({ cancelToken, headers, ...rest }: InternalAxiosRequestConfig) {
  expect(cancelToken).toBeDefined();
  return { ...rest, headers: { ...headers } };
}

describe('ApiHttpService', () => {
  it.each<[string, (http: HttpService) => Observable<unknown>]>([
    ['request', (http) => http.request({ ...config, url: URL, method: 'DELETE', data: body })],
    ['get', (http) => http.get(URL)],
    ['get with a config', (http) => http.get(URL, config)],
    ['head', (http) => http.head(URL, config)],
    ['delete', (http) => http.delete(URL, { data: body })],
    ['post', (http) => http.post(URL, body)],
    ['post without a body', (http) => http.post(URL, undefined, config)],
    ['put', (http) => http.put(URL, body, config)],
    ['patch', (http) => http.patch(URL, body, config)],
    ['query', (http) => http.query(URL, body, config)],
    ['postForm', (http) => http.postForm(URL, 'a=1', config)],
    ['putForm', (http) => http.putForm(URL, 'a=1', config)],
    ['patchForm', (http) => http.patchForm(URL, 'a=1')],
  ])("%s asks what Nest's own service asks", async (_verb, call) => {
    const [ours, nests] = await askedBy(call);
    expect(ours).toEqual(nests);
  });

  it('leaves the config that it was given as it was', async () => {
    const given = Object.freeze({ ...config, adapter: answering });
    await firstValueFrom(new ApiHttpService(create(), context).get(URL, given));
    expect(given).toEqual({ ...config, adapter: answering });
  });

  it('asks at each subscription anew, and not before', async () => {
    const adapter = jest.fn(answering);
    const call = new ApiHttpService(create({ adapter }), context).get(URL);
    expect(adapter).not.toHaveBeenCalled();
    await firstValueFrom(call);
    await firstValueFrom(call);
    expect(adapter).toHaveBeenCalledTimes(2);
  });

  it('calls a function of the axios instance that the application has put in the place of a verb', async () => {
    const http = new ApiHttpService(create({ adapter: answering }), context);
    const get = jest.spyOn(http.axiosRef, 'get');
    await firstValueFrom(http.get(URL));
    expect(get).toHaveBeenCalledWith(URL, expect.anything());
  });

  it('hands failures on', async () => {
    const adapter = () => Promise.reject(new AxiosError('broken', 'E'));
    const failing = firstValueFrom(new ApiHttpService(create({ adapter }), context).get(URL));
    await expect(failing).rejects.toMatchObject({ code: 'E' });
  });
});

describe('Unsubscribing', () => {
  /** Answers when told to, and notices its cancellation. */
  function underWay() {
    let cancelled: unknown;
    let answer: () => void = () => undefined;
    let token: unknown;
    const adapter: AxiosAdapter = (asked) =>
      new Promise((resolve, reject) => {
        token = asked.cancelToken;
        asked.cancelToken?.subscribe((reason: Error) => {
          cancelled = reason;
          reject(reason);
        });
        answer = () => resolve({ data: '', status: 200, statusText: '', headers: {}, config: asked });
      });
    return {
      http: new ApiHttpService(create({ adapter }), context),
      answer: () => answer(),
      token: () => token,
      cancelled: () => cancelled,
    };
  }
  const started = () => new Promise((resolve) => setImmediate(resolve));

  it.each(['json', 'stream'] as const)(
    'cancels a call that is not answered yet (%s)',
    async (responseType) => {
      const { http, cancelled } = underWay();
      const seen = jest.fn();
      const subscription = http.get(URL, { responseType }).subscribe({ next: seen, error: seen });
      await started();
      subscription.unsubscribe();
      expect(isCancel(cancelled())).toBe(true);
      await started();
      expect(seen).not.toHaveBeenCalled();
    },
  );

  it('leaves an answered call alone: a stream goes on', async () => {
    const { http, answer, cancelled } = underWay();
    const response = firstValueFrom(http.get(URL, { responseType: 'stream' }).pipe(take(1)));
    await started();
    answer();
    await response;
    expect(cancelled()).toBeUndefined();
  });

  it("does not touch a caller's own cancel token", async () => {
    const { http, token, cancelled } = underWay();
    const own = new UnsubscribeToken();
    const subscription = http.get(URL, { cancelToken: own }).subscribe();
    await started();
    subscription.unsubscribe();
    expect(token()).toBe(own);
    expect([own.reason, cancelled()]).toEqual([undefined, undefined]);
  });
});
