import { endsInClientToken, isInsecure } from './base-url.js';
import { contextIriFlaw, type ContextCollection } from './context-iri.js';
import { loose, type Loose } from './fields.js';
import { printPath, type Problem } from './problem.js';

/** What a tenant inherits, as far as it matters for its problems. */
export interface Inherited {
  /** `WRONG` in the module's options is one problem there, not one per tenant. */
  readonly apiBaseUrl: unknown;
  readonly allowInsecureHttp: boolean;
}

/** What is wrong between the fields of one tenant. */
export function tenantProblems(tenant: Loose, inherited: Inherited): Problem[] {
  return [
    ...baseUrlProblems(tenant, inherited),
    ...iriProblems(tenant, 'clubId', 'clubs'),
    ...iriProblems(tenant, 'networkNodeId', 'network_nodes'),
  ];
}

/** The problem of a base URL that would send secrets in the clear. */
export function insecureProblems(baseUrl: unknown, allowInsecureHttp: boolean): Problem[] {
  if (allowInsecureHttp || typeof baseUrl !== 'string' || !isInsecure(baseUrl)) return [];
  const text = 'expected https: (http: only for loopback hosts, or with allowInsecureHttp)';
  return [{ path: ['apiBaseUrl'], text }];
}

/** Tenants that come after another one of the same name, be it given or the `clientToken`. */
export function duplicateNames(tenants: readonly unknown[]): Problem[] {
  const seen = new Map<unknown, string>();
  const problems: Problem[] = [];
  for (const [index, tenant] of tenants.entries()) {
    const { name, clientToken } = loose(tenant);
    const path = ['tenants', index, name === undefined ? 'clientToken' : 'name'];
    const own = name ?? clientToken;
    const first = seen.get(own);
    if (first !== undefined)
      problems.push({ path, text: `expected a name of its own, ${first} is the same` });
    else if (typeof own === 'string') seen.set(own, printPath(path));
  }
  return problems;
}

function baseUrlProblems(tenant: Loose, inherited: Inherited): Problem[] {
  const { apiBaseUrl: own, clientToken } = tenant;
  const path = ['apiBaseUrl'];
  const url = own ?? inherited.apiBaseUrl;
  if (url === undefined)
    return [{ path, text: 'expected a URL here or as apiBaseUrl of the module, found neither' }];
  const problems = insecureProblems(own, inherited.allowInsecureHttp);
  if (typeof url !== 'string' || typeof clientToken !== 'string') return problems;
  if (!endsInClientToken(url, clientToken)) return problems;
  const text = 'expected a URL that does not end in the clientToken: the library adds it';
  return [...problems, { path, text }];
}

function iriProblems(tenant: Loose, field: string, collection: ContextCollection): Problem[] {
  const { [field]: value, clientToken } = tenant;
  if (value === undefined) return [];
  const owner = typeof clientToken === 'string' ? clientToken : undefined;
  const text = contextIriFlaw(value, collection, owner);
  return text === undefined ? [] : [{ path: [field], text }];
}
