import { hash } from 'node:crypto';
import { inspect } from 'node:util';

import { ResamaniaRequestError } from '../../errors.js';
import { contextIriFlaw } from '../../options/checks/context-iri.js';
import { kindOf } from '../../options/checks/problem.js';
import type { Tenant } from '../../tenants/tenant.js';

/**
 * On whose behalf a token is asked for, beside the tenant itself: one club, or one contact. These are the two
 * extension grants of the API; the token then carries the context, and API calls need no context headers.
 */
export type ResamaniaPrincipal =
  | {
      /** IRI of the club, such as `/demoapi/clubs/1`. */
      club: string;
      contactEmail?: never;
    }
  | {
      /** E-mail address of the contact. */
      contactEmail: string;
      club?: never;
    };

/** The longest e-mail address there is, by RFC 5321. */
const MAX_EMAIL_LENGTH = 254;
/** Each principal's IRI is kept with its token: a bound to what a caller can have us keep. */
const MAX_IRI_LENGTH = 500;

/** What is wrong with a principal, in words that do not hold it; `undefined` when nothing is. */
function principalFlaw(principal: unknown, clientToken: string): string | undefined {
  if (typeof principal !== 'object' || principal === null)
    return `expected { club } or { contactEmail }, found ${kindOf(principal)}`;
  const { club, contactEmail } = principal as { club?: unknown; contactEmail?: unknown };
  if ((club === undefined) === (contactEmail === undefined)) return 'give either `club` or `contactEmail`';
  if (club !== undefined) {
    if (String(club).length > MAX_IRI_LENGTH) return `club: expected at most ${MAX_IRI_LENGTH} characters`;
    const flaw = contextIriFlaw(club, 'clubs', clientToken);
    return flaw && `club: ${flaw}`;
  }
  if (typeof contactEmail !== 'string')
    return `contactEmail: expected an e-mail address, found ${kindOf(contactEmail)}`;
  if (contactEmail.length > MAX_EMAIL_LENGTH)
    return `contactEmail: expected at most ${MAX_EMAIL_LENGTH} characters`;
  return /^[^\s@]+@[^\s@]+$/.test(contactEmail) ? undefined : 'contactEmail: expected an e-mail address';
}

/**
 * A principal as a copy of its own, that nobody else can change.
 * @throws ResamaniaRequestError `invalid_request`
 */
export function checkedPrincipal(
  principal: ResamaniaPrincipal,
  { name, clientToken }: Pick<Tenant, 'name' | 'clientToken'>,
): ResamaniaPrincipal {
  const flaw = principalFlaw(principal, clientToken);
  if (flaw !== undefined) {
    const details = { code: 'invalid_request', tenant: name } as const;
    throw new ResamaniaRequestError(`the principal is invalid: ${flaw}.`, details);
  }
  const { club, contactEmail } = principal;
  return club === undefined ? { contactEmail } : { club };
}

/** The grant's full URL and its body field. The vendor's tables print the value as `http`; only the URL works. */
export function principalGrant(principal: ResamaniaPrincipal): {
  grantType: string;
  field: string;
  value: string;
} {
  return principal.club === undefined
    ? { grantType: 'http://contactclientcredentials', field: 'email', value: principal.contactEmail }
    : { grantType: 'http://clubclientcredentials', field: 'clubId', value: principal.club };
}

/** Names a principal in logs, events and status: a club by its IRI, a contact by a short hash of the address. */
export function principalLabel(principal: ResamaniaPrincipal): string {
  return principal.club === undefined
    ? `contact:${hash('sha256', principal.contactEmail, 'hex').slice(0, 12)}`
    : `club:${principal.club}`;
}

/** Tells principals apart. Holds the address in the clear: for look-ups only, never for people. */
export function principalKey(principal: ResamaniaPrincipal): string {
  return principal.club === undefined ? `contact:${principal.contactEmail}` : `club:${principal.club}`;
}

/**
 * A contact whose address can be used and is not shown: what stands in the config of a call, which its errors and answers
 * hold. It is no plain object, so that axios hands it on as it is when that config is sent again.
 */
export class HiddenContact {
  readonly #email: string;

  constructor(email: string) {
    this.#email = email;
  }

  get contactEmail(): string {
    return this.#email;
  }

  toJSON(): object {
    return { contactEmail: '[REDACTED]' };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}
