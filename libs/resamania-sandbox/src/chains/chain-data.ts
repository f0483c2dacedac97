import type { SandboxChainOptions } from './chain-options.js';

/** An item of a collection, without its `@id` and `@type`. */
export type Item = { readonly id: number } & Record<string, unknown>;

const HOUR_MS = 3_600_000;
const EVENTS_PER_DAY = 8;

/** Clubs, network nodes and class events: what clients of the sandbox only read. */
export function seedFixed(options: SandboxChainOptions, firstId: number, now: number) {
  const { clientToken, clubs = 3, networkNodes = 2, classEvents = 95 } = options;
  const iri = (name: string, nth: number): string => `/${clientToken}/${name}/${firstId + nth}`;
  const midnight = Math.floor(now / (24 * HOUR_MS)) * 24 * HOUR_MS;
  return {
    networkNodes: seed(networkNodes, firstId, (nth) => ({ name: `Network node ${nth + 1}` })),
    clubs: seed(clubs, firstId, (nth) => ({
      name: `Club ${nth + 1}`,
      code: `${clientToken}-${nth + 1}`,
      networkNode: networkNodes > 0 ? iri('network_nodes', nth % networkNodes) : null,
    })),
    classEvents: seed(classEvents, firstId, (nth) => {
      const day = 1 + Math.floor(nth / EVENTS_PER_DAY);
      const startsAt = midnight + day * 24 * HOUR_MS + (8 + (nth % EVENTS_PER_DAY)) * HOUR_MS;
      return {
        activity: `Class ${(nth % 5) + 1}`,
        club: clubs > 0 ? iri('clubs', nth % clubs) : null,
        startedAt: new Date(startsAt).toISOString(),
        endedAt: new Date(startsAt + HOUR_MS).toISOString(),
        attendingLimit: 20,
        bookedAttendees: nth % 20,
      };
    }),
  };
}

/** Contacts: numbered, so that nobody takes them for people. */
export function seedContacts(options: SandboxChainOptions, firstId: number): Item[] {
  const { clientToken, contacts = 65, clubs = 3 } = options;
  return seed(contacts, firstId, (nth) => ({
    givenName: 'Contact',
    familyName: String(nth + 1),
    email: `contact-${nth + 1}@${clientToken}.example`,
    club: clubs > 0 ? `/${clientToken}/clubs/${firstId + (nth % clubs)}` : null,
  }));
}

function seed(count: number, firstId: number, make: (nth: number) => Record<string, unknown>): Item[] {
  return Array.from({ length: count }, (_, nth) => ({ id: firstId + nth, ...make(nth) }));
}
