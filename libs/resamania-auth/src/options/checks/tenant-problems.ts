import { baseUrlFlaw, endsInClientToken, isInsecure } from './base-url.js';
import { loose, type Loose } from './check.js';
import { contextIriFlaw, type ContextCollection } from './context-iri.js';
import type { Problem } from './problem.js';
import * as rules from './rules.js';

/** What a tenant inherits, as far as it matters for its problems. */
export interface Inherited {
  /** `'unusable'` when the module's own value is wrong: that is one problem, not one per tenant. */
  readonly apiBaseUrl: { readonly url: string } | 'none' | 'unusable';
  readonly allowInsecureHttp: boolean;
}

/** What is wrong between the fields of one tenant, each looked at only as far as it is right by itself. */
export function tenantProblems(raw: unknown, inherited: Inherited): Problem[] {
  const tenant = loose(raw);
  return [
    ...baseUrlProblems(tenant, inherited),
    ...iriProblems(tenant, 'clubId', 'clubs'),
    ...iriProblems(tenant, 'networkNodeId', 'network_nodes'),
    ...paramProblems(tenant),
  ];
}

/** The problem of a base URL that would send secrets in the clear. */
export function insecureProblem(baseUrl: unknown, allowInsecureHttp: boolean): Problem[] {
  if (allowInsecureHttp || typeof baseUrl !== 'string' || baseUrlFlaw(baseUrl) !== undefined) return [];
  const text = 'expected https: (http: only for loopback hosts, or with allowInsecureHttp)';
  return isInsecure(baseUrl) ? [{ path: ['apiBaseUrl'], text }] : [];
}

function baseUrlProblems(tenant: Loose, { apiBaseUrl: fallback, allowInsecureHttp }: Inherited): Problem[] {
  const own = tenant['apiBaseUrl'];
  if (own === undefined && fallback === 'unusable') return [];
  if (own === undefined && fallback === 'none') {
    return [
      { path: ['apiBaseUrl'], text: 'expected a URL here or as apiBaseUrl of the module, found neither' },
    ];
  }
  const url = own ?? (typeof fallback === 'object' ? fallback.url : undefined);
  return [
    ...(own === undefined ? [] : insecureProblem(own, allowInsecureHttp)),
    ...clientTokenInUrl(url, tenant['clientToken']),
  ];
}

function clientTokenInUrl(url: unknown, clientToken: unknown): Problem[] {
  if (typeof url !== 'string' || typeof clientToken !== 'string') return [];
  if (baseUrlFlaw(url) !== undefined || rules.clientToken(clientToken) !== undefined) return [];
  if (!endsInClientToken(url, clientToken)) return [];
  return [
    {
      path: ['apiBaseUrl'],
      text: 'expected a URL that does not end in the clientToken: it is added by itself',
    },
  ];
}

function iriProblems(tenant: Loose, field: string, collection: ContextCollection): Problem[] {
  const value = tenant[field];
  const { clientToken } = tenant as { clientToken?: unknown };
  if (value === undefined) return [];
  const owner = rules.clientToken(clientToken) === undefined ? String(clientToken) : undefined;
  const text = contextIriFlaw(value, collection, owner);
  return text === undefined ? [] : [{ path: [field], text }];
}

/** Fields of the token request that the library sets itself. */
const RESERVED_PARAMS = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'refresh_token',
  'clubId',
  'email',
]);

function paramProblems(tenant: Loose): Problem[] {
  const { params } = tenant as { params?: unknown };
  if (params === undefined) return [];
  return Object.keys(loose(params)).flatMap((key) => {
    const text = paramNameFlaw(key);
    return text === undefined ? [] : [{ path: ['params', key], text }];
  });
}

function paramNameFlaw(key: string): string | undefined {
  if (RESERVED_PARAMS.has(key))
    return 'expected another name: the library sets this field of the request itself';
  return key.trim() === '' ? 'expected a name that is not empty' : undefined;
}
