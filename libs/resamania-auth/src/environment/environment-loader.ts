import { checkOptions } from '../options/check-options.js';
import type { EnvironmentReader } from './environment-reader.js';
import {
  ALLOW_INSECURE_HTTP,
  DEFAULT_TENANT,
  checkTenantNames,
  readFrom,
  type TenantField,
  TENANTS,
  variableOf,
} from './environment-variables.js';
import { printPath } from '../options/checks/problem.js';
import type { Secret } from '../options/tenant-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';

/** The options before they are known to be complete. */
type Draft = Record<string, unknown> & { tenants: Partial<Record<keyof ResamaniaTenantOptions, unknown>>[] };

const EXAMPLES: Partial<Record<TenantField, string>> = {
  apiBaseUrl: '=https://gateway.prod.gravitee.stadline.tech/resa2-staging',
  clientToken: '=demoapi',
  clientId: '=123_xxxxxxxx',
};

/** What nothing stands for once `RESAMANIA_TENANTS` is set: each tenant has its own. */
const SINGLE_TENANT_ONLY: readonly TenantField[] = [
  'clientToken',
  'clientId',
  'clientSecret',
  'clubId',
  'networkNodeId',
];

/** Builds the options from variables, and remembers which value came from which variable. */
export class EnvironmentLoader {
  readonly #reader: EnvironmentReader;
  /** Which variable each path of the options came from. */
  readonly #origins = new Map<string, string>();

  constructor(reader: EnvironmentReader) {
    this.#reader = reader;
  }

  options(): Draft {
    const names = this.#tenantNames();
    return definedOnly({
      apiBaseUrl: this.#from('apiBaseUrl', variableOf('apiBaseUrl')),
      apiKey: this.#reader.secret(variableOf('apiKey'), 'header'),
      apiKeyHeader: this.#from('apiKeyHeader', variableOf('apiKeyHeader')),
      defaultTenant: this.#from('defaultTenant', DEFAULT_TENANT),
      allowInsecureHttp: this.#reader.flag(ALLOW_INSECURE_HTTP),
      tenants:
        names === undefined ? [this.#tenant(0)] : names.map((name, index) => this.#tenant(index, name)),
    });
  }

  /** What the rules of the options have to say, in terms of the variables that the values came from. */
  valueProblems(options: Draft): string[] {
    return checkOptions(options).problems.flatMap(({ path, text }) => {
      const variable = this.#origins.get(printPath(path));
      return variable === undefined ? [] : [`${variable}: ${text}`];
    });
  }

  /** `undefined` without `RESAMANIA_TENANTS`; only names that can stand in variables. */
  #tenantNames(): string[] | undefined {
    const list = this.#reader.text(TENANTS);
    if (list === undefined) return undefined;
    const { names, problems } = checkTenantNames(list);
    this.#reader.problems.push(...problems, ...this.#unusedVariables());
    return names;
  }

  /** Ignoring them in silence would send API calls for another club than the one that somebody set. */
  #unusedVariables(): string[] {
    return SINGLE_TENANT_ONLY.map((field) => variableOf(field))
      .filter((variable) => this.#reader.isSet(variable))
      .map((variable) => `${variable}: not used beside ${TENANTS}, remove it or set each tenant's own`);
  }

  #tenant(index: number, name?: string): Draft['tenants'][number] {
    const at = `tenants[${index}]`;
    const text = (field: TenantField, fallback?: string) =>
      this.#from(`${at}.${field}`, this.#variableOf(field, name), fallback);
    return definedOnly({
      name,
      apiBaseUrl: this.#required('apiBaseUrl', name, text('apiBaseUrl')),
      clientToken: this.#required('clientToken', name, text('clientToken', name)),
      clientId: this.#required('clientId', name, text('clientId')),
      clientSecret: this.#required('clientSecret', name, this.#secret('clientSecret', 'body', name)),
      apiKey: name === undefined ? undefined : this.#secret('apiKey', 'header', name),
      apiKeyHeader: name === undefined ? undefined : text('apiKeyHeader'),
      clubId: text('clubId'),
      networkNodeId: text('networkNodeId'),
      tokenPath: text('tokenPath'),
      scope: text('scope'),
      renewWith: text('renewWith'),
    });
  }

  #variableOf(field: TenantField, name: string | undefined): string {
    return readFrom(field, name, (variable) => this.#reader.isSet(variable));
  }

  #from(path: string, variable: string, fallback?: string): string | undefined {
    const value = this.#reader.text(variable) ?? fallback;
    if (value !== undefined) this.#origins.set(path, variable);
    return value;
  }

  #secret(field: TenantField, use: 'body' | 'header', name: string | undefined): Secret | undefined {
    return this.#reader.secret(variableOf(field, name), use);
  }

  /** A variable that is set but wrong has its problem already. */
  #required<T>(field: TenantField, name: string | undefined, value: T | undefined): T | undefined {
    const variable = this.#variableOf(field, name);
    if (value === undefined && !this.#reader.isSet(variable)) this.#missing(variable, field);
    return value;
  }

  #missing(variable: string, field: TenantField): void {
    const example = EXAMPLES[field] ?? `_FILE=/run/secrets/${variable.toLowerCase()}`;
    this.#reader.problems.push(`${variable}: not set, for example ${variable}${example}`);
  }
}

function definedOnly<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
