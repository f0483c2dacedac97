import type { PrincipalKind } from '../journal/journal-entry.js';

/** On whose behalf a token speaks. `id` is the club's or the contact's IRI; the application itself has none. */
export interface Principal {
  readonly kind: PrincipalKind;
  readonly id?: string;
}

/** Grant type of a token for one club. */
export const CLUB_GRANT = 'http://clubclientcredentials';

/** Grant type of a token for one contact. */
export const CONTACT_GRANT = 'http://contactclientcredentials';
