import { describe, expect, it } from '@jest/globals';

import { ResamaniaConfigError } from '../errors.js';
import { resolveOptions } from '../options/resolve-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { TenantLoader } from './tenant-loader.js';
import { SimulatedClock } from '../../../../test/support/simulated-clock.js';

const ROW = { clientToken: 'nordgym', clientId: '1_x', clientSecret: 'canary' };

function loader(row: unknown): TenantLoader {
  const tenantProvider = async () => row as ResamaniaTenantOptions;
  const options = resolveOptions({ apiBaseUrl: 'https://host', tenantProvider });
  return new TenantLoader(options, new SimulatedClock(), () => undefined);
}

async function failure(row: unknown): Promise<ResamaniaConfigError> {
  const error: unknown = await loader(row)
    .load('nordgym')
    .catch((failed: unknown) => failed);
  if (error instanceof ResamaniaConfigError) return error;
  throw new Error(`expected a config error, got ${String(error)}`);
}

describe('A tenant that comes from a row of a database', () => {
  it('has columns that are null where nothing is set', async () => {
    const row = { ...ROW, clubId: null, scope: null, apiKey: null, params: null };
    expect(await loader(row).load('nordgym')).toMatchObject({ name: 'nordgym', clubId: undefined });
  });

  it('is named beside the columns that are no options, and beside those that it needs', async () => {
    const error = await failure({ ...ROW, clientId: null, id: 7, createdAt: new Date(0) });
    expect(error).toMatchObject({ tenant: 'nordgym', code: 'invalid_options' });
    expect(error.message).toMatch(/^Tenant "nordgym": what tenantProvider\(\) returned: 3 problems\n/);
    expect(error.problems).toEqual([
      expect.stringMatching(/^clientId: expected a non-empty string .* found undefined$/),
      'id: unknown option',
      'createdAt: unknown option',
    ]);
    expect(error.message).not.toContain('canary');
  });

  it('is no row where it is a text', async () => {
    expect((await failure('canary')).problems).toEqual(['tenant: expected an object, found a string']);
  });
});
