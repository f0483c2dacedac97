import { ResamaniaRequestError } from '../../errors.js';
import { check, type FieldsOf, optional, type Rule } from '../../options/checks/fields.js';
import { kindOf, printProblem } from '../../options/checks/problem.js';
import { anything } from '../../options/checks/rules.js';
import { assertTenantNamed } from '../../tenants/tenant-name.js';
import { HiddenContact } from '../../token/request/principal.js';
import type { ResamaniaRequestOptions } from './request-options.js';

const onlyFalse: Rule = (value) =>
  value === false ? undefined : `expected false or nothing, found ${kindOf(value)}`;

/** What does not depend on the tenant; principal and context are checked when it is known. */
const FIELDS = {
  tenant: optional<string>(anything),
  principal: optional<NonNullable<ResamaniaRequestOptions['principal']>>(anything),
  clubId: optional<string>(anything),
  networkNodeId: optional<string>(anything),
  auth: optional<false>(onlyFalse),
} satisfies FieldsOf<ResamaniaRequestOptions>;

/**
 * Checks what stands as `resamania` in a request's config, as strictly as the module's options.
 * @throws ResamaniaTenantError `tenant_missing`
 * @throws ResamaniaRequestError `invalid_request`
 */
function assertSettings(settings: unknown): asserts settings is ResamaniaRequestOptions {
  if (hasTenant(settings)) assertTenantNamed(settings.tenant, 'resamania.tenant');
  // Each call has settings of its own, copied by axios: a first look that finds nothing must cost next to nothing.
  if (looksRight(settings)) return;
  const { problems } = check(settings, FIELDS, new Map());
  if (problems.length === 0) return;
  const list = problems.map(({ path, text }) => printProblem({ path: ['resamania', ...path], text }, ''));
  throw new ResamaniaRequestError(`The settings of a request are invalid: ${list.join('; ')}.`, {
    code: 'invalid_request',
  });
}

/**
 * The settings, checked, in the form in which a call's errors and answers may show them.
 * @throws the same
 */
export function shownSettings(given: unknown): ResamaniaRequestOptions {
  const settings = isPolluted() ? ownOf(given) : given;
  assertSettings(settings);
  const { principal } = settings;
  if (typeof principal?.contactEmail !== 'string' || principal instanceof HiddenContact) return settings;
  return { ...settings, principal: new HiddenContact(principal.contactEmail) };
}

/** Whether somebody has put something on the prototype of all objects: it would count as a setting. */
function isPolluted(): boolean {
  return Object.keys(Object.prototype).length > 0;
}

function ownOf(given: unknown): unknown {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isObject ? { __proto__: null, ...given } : given;
}

function hasTenant(settings: unknown): settings is { readonly tenant: unknown } {
  return typeof settings === 'object' && settings !== null && Object.hasOwn(settings, 'tenant');
}

function looksRight(settings: unknown): boolean {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return false;
  for (const key in settings) if (!Object.hasOwn(FIELDS, key)) return false;
  const { auth } = settings as ResamaniaRequestOptions;
  return auth === undefined || auth === false;
}
