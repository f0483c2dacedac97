import { isInsecure, ownEndOf } from './base-url.js';
import { type ContextCollection, contextIriFlaw } from './context-iri.js';
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
  const { apiBaseUrl: own, clientToken, tokenPath } = tenant;
  const path = ['apiBaseUrl'];
  const url = own ?? inherited.apiBaseUrl;
  if (url === undefined)
    return [{ path, text: 'expected a URL here or as apiBaseUrl of the module, found neither' }];
  const problems = insecureProblems(own, inherited.allowInsecureHttp);
  if (typeof url !== 'string' || typeof clientToken !== 'string') return problems;
  const end = ownEndOf(url, clientToken, tokenPath);
  if (end === undefined) return problems;
  const text = `expected a URL that does not end in the ${end}: the library adds it`;
  return [...problems, { path, text }];
}

function iriProblems(tenant: Loose, field: string, collection: ContextCollection): Problem[] {
  const { [field]: value, clientToken } = tenant;
  if (value === undefined) return [];
  const owner = typeof clientToken === 'string' ? clientToken : undefined;
  const text = contextIriFlaw(value, collection, owner);
  return text === undefined ? [] : [{ path: [field], text }];
}

/** What must hold between two numbers of the options, whether they are given or the defaults. */
const POLICIES = [
  { at: 'refresh.margin.share', holds: isAtMost, expected: 'at most', other: 'refresh.lead.share' },
  { at: 'refresh.margin.maxMs', holds: isAtMost, expected: 'at most', other: 'refresh.lead.maxMs' },
  {
    at: 'refresh.lead.share',
    holds: (lead: number, jitter: number) => lead + jitter < 1,
    expected: 'less than 1 together with',
    other: 'refresh.jitter.share',
  },
  { at: 'tokenRequest.timeoutMs', holds: isAtMost, expected: 'at most', other: 'tokenRequest.deadlineMs' },
];

export function policyProblems(options: Loose, defaults: Loose): Problem[] {
  return POLICIES.flatMap(({ at, holds, expected, other }) => {
    const here = valueAt(options, at) ?? valueAt(defaults, at);
    const there = valueAt(options, other) ?? valueAt(defaults, other);
    // A number that breaks its own rule has its problem already.
    if (typeof here !== 'number' || typeof there !== 'number' || holds(here, there)) return [];
    let note = '';
    if (valueAt(options, at) === undefined) note = ` (it is ${here} by default)`;
    else if (valueAt(options, other) === undefined) note = ` (that is ${there} by default)`;
    return [{ path: at.split('.'), text: `expected ${expected} ${other}${note}` }];
  });
}

function isAtMost(value: number, limit: number): boolean {
  return value <= limit;
}

function valueAt(options: Loose, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => loose(at)[key], options);
}
