import 'reflect-metadata';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';

import { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { DEFAULTS } from '../options/option-table.js';
import { OwnInstances } from './own-instances.js';
import {
  getResamaniaHttpToken,
  InjectResamaniaHttp,
  resamaniaHttpProviders,
} from './inject-resamania-http.js';
import { ResamaniaHttpService } from './resamania-http.service.js';

@Injectable()
class Clubs {
  @InjectResamaniaHttp('nordgym')
  readonly nordgym!: HttpService;

  constructor(@InjectResamaniaHttp('demoapi') readonly demoapi: HttpService) {}
}

const interceptor = { attachToOwn: () => undefined };

const instances = { provide: OwnInstances, useValue: new OwnInstances({ http: DEFAULTS.http }, interceptor) };

describe('InjectResamaniaHttp', () => {
  it('injects the bound services, by parameter and by property', async () => {
    const module = await Test.createTestingModule({
      providers: [
        instances,
        ResamaniaTenantContext,
        ResamaniaHttpService,
        Clubs,
        ...resamaniaHttpProviders(),
      ],
    }).compile();
    const http = module.get(ResamaniaHttpService);
    expect(http).toBeInstanceOf(ResamaniaHttpService);
    expect(module.get(Clubs).demoapi).toBe(http.forTenant('demoapi'));
    expect(module.get(Clubs).nordgym).toBe(http.forTenant('nordgym'));
    expect(module.get(Clubs).nordgym).toBeInstanceOf(HttpService);
  });

  it('lets a test put something else in its place', async () => {
    const fake = new HttpService();
    const module = await Test.createTestingModule({
      providers: [
        instances,
        ResamaniaTenantContext,
        ResamaniaHttpService,
        Clubs,
        ...resamaniaHttpProviders(),
      ],
    })
      .overrideProvider(getResamaniaHttpToken('demoapi'))
      .useValue(fake)
      .compile();
    expect(module.get(Clubs).demoapi).toBe(fake);
  });

  it('has one key per tenant, which no string of the application can be', () => {
    expect(getResamaniaHttpToken('a')).toBe(getResamaniaHttpToken('a'));
    expect(getResamaniaHttpToken('a')).not.toBe(getResamaniaHttpToken('b'));
    expect(typeof getResamaniaHttpToken('a')).toBe('symbol');
    expect(String(getResamaniaHttpToken('a'))).toContain('"a"');
  });
});
