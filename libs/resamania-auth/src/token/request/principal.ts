import { hash } from 'node:crypto';

import { ResamaniaRequestError } from '../../errors.js';
import { contextIriFlaw } from '../../options/checks/context-iri.js';
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

/** What is wrong with a principal, in words that do not hold it; `undefined` when nothing is. */
export function principalFlaw(principal: ResamaniaPrincipal, clientToken: string): string | undefined {
  const { club, contactEmail } = principal;
  if ((club === undefined) === (contactEmail === undefined)) return 'give either `club` or `contactEmail`';
  if (club !== undefined) {
    const flaw = contextIriFlaw(club, 'clubs', clientToken);
    return flaw && `club: ${flaw}`;
  }
  return /^[^\s@]+@[^\s@]+$/.test(contactEmail) ? undefined : 'contactEmail: expected an e-mail address';
}

/**
 * A principal as a copy of its own.
 * @throws ResamaniaRequestError `invalid_request`
 */
export function checkedPrincipal<P extends ResamaniaPrincipal | undefined>(
  principal: P,
  { name, clientToken }: Pick<Tenant, 'name' | 'clientToken'>,
): P {
  const flaw = principal && principalFlaw(principal, clientToken);
  if (flaw === undefined) return principal && { ...principal };
  const details = { code: 'invalid_request', tenant: name } as const;
  throw new ResamaniaRequestError(`the principal is invalid: ${flaw}.`, details);
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
