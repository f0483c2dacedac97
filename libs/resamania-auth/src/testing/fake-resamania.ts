import { NEVER } from 'rxjs';

import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { resamaniaConfig } from '../environment/resamania.config.js';
import { MODULE_OPTIONS_TOKEN } from '../resamania-auth.module-definition.js';
import { AccessToken } from '../token/cache/access-token.js';
import { ResamaniaTokenService } from '../token/resamania-token.service.js';
import { type FakeAnswer, type FakeAnswerOptions, FakeAnswers, type FakeRequest } from './fake-answers.js';

export type { FakeAnswer, FakeAnswerOptions, FakeRequest } from './fake-answers.js';

const HOUR_MS = 3_600_000;

/** How a `FakeResamania` is set up. */
export interface FakeResamaniaOptions extends Omit<ResamaniaAuthOptions, 'apiBaseUrl' | 'tenants'> {
  /**
   * The tenants that the application knows: each a name that is its `clientToken` too, or the fields that matter. What is
   * left out is filled in.
   * @default ['demoapi']
   */
  tenants?: readonly (string | Partial<Omit<ResamaniaTenantOptions, 'apiBaseUrl'>>)[];
  /**
   * The access token of every tenant and principal.
   * @default 'fake-token'
   */
  token?: string;
}

/** What is used of a `TestingModuleBuilder` of `@nestjs/testing`. */
export interface ProviderOverrides {
  overrideProvider(token: unknown): { useValue(value: unknown): unknown };
}

/**
 * The Resamania API without a network, for the tests of an application: one fixed token, and the answers that the test
 * gives. `ResamaniaHttpService` and the services bound to a tenant work as ever, up to where a request would leave. An HTTP
 * client of the application's own, to which `ResamaniaAuthInterceptor` is attached, still sends its requests.
 */
export class FakeResamania {
  readonly #options: FakeResamaniaOptions;
  readonly #answers = new FakeAnswers();

  constructor(options: FakeResamaniaOptions = {}) {
    this.#options = options;
  }

  /**
   * Puts the fake in the place of the API: of the options and the environment, of the tokens, and of what sends requests.
   * @param builder - `Test.createTestingModule({ imports: [AppModule] })`
   * @returns the builder
   */
  override<T extends ProviderOverrides>(builder: T): T {
    const { token = 'fake-token', ...options } = this.#options;
    const resolved = this.#moduleOptions(options);
    builder.overrideProvider(resamaniaConfig.KEY).useValue(resolved);
    builder.overrideProvider(MODULE_OPTIONS_TOKEN).useValue(resolved);
    builder.overrideProvider(ResamaniaTokenService).useValue(fixedTokens(token));
    return builder;
  }

  /**
   * Answers requests of one method for one path, until another answer is given for the same.
   * @param path - `clubs` for any tenant, or an IRI such as `/demoapi/clubs/1` for one. With a query it is for requests
   * with that query, before an answer for the path alone.
   * @param answer - The body, or a function of the request that returns it, now or later. What it throws fails the call.
   */
  on(method: string, path: string, answer: FakeAnswer, options: FakeAnswerOptions = {}): this {
    this.#answers.set(method, path, answer, options);
    return this;
  }

  /** The requests so far, oldest first. */
  get requests(): readonly FakeRequest[] {
    return this.#answers.requests;
  }

  #moduleOptions({
    tenants = ['demoapi'],
    ...options
  }: Omit<FakeResamaniaOptions, 'token'>): ResamaniaAuthOptions {
    const adapter = (config: Parameters<FakeAnswers['send']>[0]) => this.#answers.send(config);
    return {
      ...options,
      apiBaseUrl: 'https://resamania.test',
      tenants: tenants.map((tenant) =>
        filledIn(typeof tenant === 'string' ? { clientToken: tenant } : tenant),
      ),
      http: { ...options.http, axios: { ...options.http?.axios, adapter } },
    };
  }
}

function filledIn(tenant: Partial<ResamaniaTenantOptions>): ResamaniaTenantOptions {
  return { clientToken: tenant.name ?? 'demoapi', clientId: 'fake', clientSecret: 'fake', ...tenant };
}

/** A token service that hands out one token for all, and asks nobody. */
function fixedTokens(value: string): Pick<ResamaniaTokenService, keyof ResamaniaTokenService> {
  const issuedAt = Date.now();
  const token = new AccessToken({ value, scope: undefined, issuedAt, expiresAt: issuedAt + HOUR_MS });
  return {
    getAccessToken: async () => value,
    getToken: async () => token,
    peek: () => token,
    renew: async () => token,
    invalidate: async () => undefined,
    status: () => [],
    sharedStatus: () => ({ state: 'off' }),
    events$: NEVER,
  };
}
