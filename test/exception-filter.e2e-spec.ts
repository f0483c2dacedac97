import { inspect } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  Controller,
  Get,
  type INestApplication,
  type LoggerService,
  Module,
  Param,
  type Type,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { create } from 'axios';
import { ResamaniaAuthModule, ResamaniaExceptionFilter, ResamaniaHttpService } from 'nestjs-resamania-auth';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';
import { map } from 'rxjs';

let sandbox: ResamaniaSandbox;
let app: INestApplication | undefined;
const warnings: string[] = [];
const ignored = () => undefined;
const logger: LoggerService = {
  log: ignored,
  error: ignored,
  debug: ignored,
  warn: (message: unknown) => warnings.push(String(message)),
};
const own = create({ validateStatus: () => true });

beforeAll(async () => {
  sandbox = await ResamaniaSandbox.start();
});
beforeEach(() => {
  warnings.length = 0;
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  sandbox.api.reset();
});
afterAll(() => sandbox.stop());

@Controller()
class ClubsController {
  constructor(private readonly resamania: ResamaniaHttpService) {}

  @Get('clubs/:id')
  club(@Param('id') id: string) {
    return this.resamania.get(`clubs/${id}?token=canary`).pipe(map(({ data }: { data: unknown }) => data));
  }
}

async function boot(filter: Type<ResamaniaExceptionFilter> = ResamaniaExceptionFilter) {
  @Module({
    imports: [ResamaniaAuthModule.forRoot({ ...sandbox.connection, defaultTenant: 'demoapi' })],
    controllers: [ClubsController],
    providers: [{ provide: APP_FILTER, useClass: filter }],
  })
  class HostModule {}
  const module = await Test.createTestingModule({ imports: [HostModule] }).compile();
  app = module.createNestApplication({ logger });
  app.useLogger(logger);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  warnings.length = 0;
  return async (id: string) => {
    const { status, data, headers } = await own.get<unknown>(`${url}/clubs/${id}`);
    return { status, data, retryAfter: headers['retry-after'] as unknown };
  };
}

describe('An application with ResamaniaExceptionFilter', () => {
  it('answers 404 to a club that is not there, and logs which call it was', async () => {
    const get = await boot();
    expect(await get('987654')).toEqual({
      status: 404,
      retryAfter: undefined,
      data: {
        statusCode: 404,
        error: 'Not Found',
        message: 'Resamania refused the request',
        code: 'api_not_found',
      },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^GET http:.*\/demoapi\/clubs\/987654: HTTP 404, "Item not found"$/),
    ]);
  });

  it('shows its clients which fields the API refused', async () => {
    const get = await boot();
    const violations = [{ propertyPath: 'name', message: 'must not be blank' }];
    sandbox.api.next(faults.body({ 'hydra:description': 'name: blank', violations }, { status: 422 }));
    expect(await get('1001')).toMatchObject({
      status: 422,
      data: {
        code: 'api_unprocessable_entity',
        violations: [{ path: 'name', message: 'must not be blank' }],
      },
    });
  });

  it('answers 502 where the base URL is wrong, and logs what the gateway says', async () => {
    const get = await boot();
    sandbox.api.next(faults.wrongPrefix());
    expect(await get('1001')).toMatchObject({ status: 502, data: { code: 'api_refused' } });
    expect(warnings).toEqual([expect.stringContaining('/clubs/1001: HTTP 404')]);
  });

  const MONTH = String(31 * 24 * 3600);

  it.each<[string, number, Record<string, string>, string | undefined]>([
    ['a Retry-After of 20 digits', 503, { 'Retry-After': '9'.repeat(20) }, undefined],
    ['a Retry-After of ten years', 503, { 'Retry-After': '315360000' }, MONTH],
    ['a Retry-After in the year 9999', 503, { 'Retry-After': 'Fri, 31 Dec 9999 23:59:59 GMT' }, MONTH],
    ['a reset of 25 digits', 429, { 'X-Quota-Remaining': '0', 'X-Quota-Reset': '9'.repeat(25) }, undefined],
    [
      'a reset in the year 9999',
      429,
      { 'X-Quota-Remaining': '0', 'X-Quota-Reset': String(Date.UTC(9999, 0)) },
      MONTH,
    ],
  ])('tells its clients nothing that makes no sense: %s', async (_what, status, headers, expected) => {
    const get = await boot();
    sandbox.api.next(faults.status(status, { headers }));
    const answer = await get('1001');
    expect(answer.status).toBe(status);
    expect(answer.retryAfter).toBe(expected);
  });

  it('hands on the statuses that it chose', async () => {
    const get = await boot(ResamaniaExceptionFilter.withStatuses({ 403: 403, 404: 502 }));
    sandbox.api.next(faults.forbiddenEndpoint());
    expect(await get('1001')).toMatchObject({ status: 403, data: { code: 'api_forbidden' } });
    expect(await get('987654')).toMatchObject({ status: 502, data: { code: 'api_refused' } });
  });

  it('has what failed as the cause of the exception', async () => {
    await boot();
    const call = app?.get(ResamaniaHttpService).axiosRef.get('clubs/987654');
    const error: unknown = await call?.catch((failure: unknown) => failure);
    const host = { getType: () => 'graphql' } as ArgumentsHost;
    const exception: unknown = thrownBy(() => new ResamaniaExceptionFilter().catch(error, host));
    expect(exception).toMatchObject({ status: 404, cause: error });
    expect(inspect(exception, { depth: null, showHidden: true })).not.toContain(sandbox.apiKey ?? 'no key');
  });
});

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
