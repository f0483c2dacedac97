import { baseUrlFlaw } from './checks/base-url.js';
import { check, loose, type Loose } from './checks/check.js';
import { duplicateNames } from './checks/duplicate-names.js';
import { policyProblems } from './checks/policy-problems.js';
import type { Problem } from './checks/problem.js';
import { checkTenant } from './resolve-tenant-options.js';
import { optionsSchema, type ValidOptions, type ValidTenantOptions } from './schema.js';
import { type Inherited, insecureProblem } from './checks/tenant-problems.js';

/** Every problem of the module's options and of each tenant in them. */
export function checkOptions(raw: unknown): {
  value?: ValidOptions;
  tenants: ValidTenantOptions[];
  problems: readonly Problem[];
} {
  const { value, problems } = check(optionsSchema, raw);
  if (problems.some(({ path }) => path.length === 0)) return { tenants: [], problems };
  const options = loose(raw);
  const { tenants, problems: tenantProblems } = checkTenants(options);
  const { apiBaseUrl, allowInsecureHttp } = options as { apiBaseUrl?: unknown; allowInsecureHttp?: unknown };
  const all = [
    ...problems,
    ...insecureProblem(apiBaseUrl, allowInsecureHttp === true),
    ...policyProblems(options, problems),
    ...tenantProblems,
  ];
  return value === undefined ? { tenants, problems: all } : { value, tenants, problems: all };
}

function checkTenants(options: Loose): { tenants: ValidTenantOptions[]; problems: Problem[] } {
  const given: unknown = options['tenants'];
  if (!Array.isArray(given)) return { tenants: [], problems: [] };
  const inherited = inheritedFrom(options);
  const tenants: ValidTenantOptions[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of given.entries()) {
    const { value, problems: own } = checkTenant(raw, inherited);
    if (value !== undefined) tenants.push(value);
    for (const { path, text } of own) problems.push({ path: ['tenants', index, ...path], text });
  }
  for (const problem of duplicateNames(given)) problems.push(problem);
  return { tenants, problems };
}

function inheritedFrom({ apiBaseUrl: url, allowInsecureHttp }: Loose): Inherited {
  const usable = typeof url === 'string' && baseUrlFlaw(url) === undefined;
  const absent = url === undefined ? 'none' : 'unusable';
  return { apiBaseUrl: usable ? { url } : absent, allowInsecureHttp: allowInsecureHttp === true };
}
