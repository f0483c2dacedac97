import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';

import { ResamaniaAuthError, ResamaniaConfigError } from '../errors.js';
import { RESOLVED_OPTIONS, type ResolvedOptions } from '../options/resolved-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { TenantStore } from './tenant-store.js';

/** A tenant that a feature module brings along, and where it says so. */
interface FeatureTenant {
  readonly options: ResamaniaTenantOptions;
  readonly where: string;
}

/**
 * Where feature modules leave their tenants until the root module takes them over. What comes later, from a module
 * that is loaded lazily, is passed on at once.
 */
@Injectable()
export class FeatureTenants implements OnApplicationBootstrap {
  #waiting: FeatureTenant[] = [];
  #take: ((tenant: FeatureTenant) => void) | undefined;

  /** @param module - Name of the feature module. */
  add(tenants: readonly ResamaniaTenantOptions[], module: string): void {
    for (const [index, options] of tenants.entries()) {
      const tenant = { options, where: `${module}: forFeature().tenants[${index}]` };
      if (this.#take === undefined) this.#waiting.push(tenant);
      else this.#take(tenant);
    }
  }

  /**
   * Hands over the tenants there are, and passes each one that comes later on to `take`.
   * @throws ResamaniaConfigError where they have been handed over already
   */
  handOverTo(take: (tenant: FeatureTenant) => void): readonly FeatureTenant[] {
    if (this.#take !== undefined) throw importedTwice();
    this.#take = take;
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /** @throws ResamaniaConfigError where nobody has taken over the tenants of the feature modules */
  onApplicationBootstrap(): void {
    if (this.#waiting.length > 0) throw withoutRoot();
  }
}

/**
 * Takes over the tenants of feature modules, and checks that the default tenant is among what is known then. When all
 * modules have started, the default is settled.
 */
@Injectable()
export class TenantRegistration implements OnModuleInit, OnApplicationBootstrap {
  readonly #store: TenantStore;
  readonly #features: FeatureTenants;
  readonly #defaultTenant: string | false | undefined;

  constructor(
    store: TenantStore,
    features: FeatureTenants,
    @Inject(RESOLVED_OPTIONS) { defaultTenant }: ResolvedOptions,
  ) {
    this.#store = store;
    this.#features = features;
    this.#defaultTenant = defaultTenant;
  }

  onModuleInit(): void {
    this.takeOver();
  }

  onApplicationBootstrap(): void {
    this.#store.keepDefault();
  }

  /** @throws ResamaniaConfigError listing every problem of every feature module's tenants */
  takeOver(): void {
    const register = ({ options, where }: FeatureTenant) => void this.#store.register(options, where);
    const problems: string[] = [];
    for (const tenant of this.#features.handOverTo(register)) {
      try {
        register(tenant);
      } catch (error) {
        if (!(error instanceof ResamaniaAuthError)) throw error;
        problems.push(...problemsOf(error, tenant.where));
      }
    }
    problems.push(...this.#defaultProblems());
    if (problems.length > 0) throw new ResamaniaConfigError('Tenants of ResamaniaAuthModule', problems);
  }

  #defaultProblems(): string[] {
    const name = this.#defaultTenant;
    if (typeof name !== 'string' || this.#store.canLoad || this.#store.find(name) !== undefined) return [];
    return [`defaultTenant: expected the name of a registered tenant. ${this.#store.namesInWords()}`];
  }
}

function importedTwice(): ResamaniaConfigError {
  return new ResamaniaConfigError('ResamaniaAuthModule', [
    'forRoot() or forRootAsync() was called more than once: call it once, in the root module, and use forFeature() in others',
  ]);
}

function withoutRoot(): ResamaniaConfigError {
  return new ResamaniaConfigError('ResamaniaAuthModule.forFeature()', [
    'ResamaniaAuthModule.forRoot() or forRootAsync() is missing: add it to the imports of the root module',
  ]);
}

function problemsOf(error: ResamaniaAuthError, where: string): string[] {
  if (!(error instanceof ResamaniaConfigError)) return [`${where}: ${error.message}`];
  return error.problems.map((problem) => `${where}.${problem}`);
}
