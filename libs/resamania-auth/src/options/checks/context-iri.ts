import { kindOf } from './problem.js';

/** What API calls can act for; the word is the collection's path segment. */
export type ContextCollection = 'clubs' | 'network_nodes';

/**
 * What is wrong with an IRI such as `/demoapi/clubs/1210`; `undefined` when nothing is. The API wants the IRI of a
 * resource of the same `client_token`, not a bare id, and answers anything else with "Item not found". Without a
 * `clientToken` only the form is looked at.
 */
export function contextIriFlaw(
  value: unknown,
  collection: ContextCollection,
  clientToken: string | undefined,
): string | undefined {
  const wanted = form(collection, clientToken);
  if (typeof value !== 'string') return `expected an IRI ${wanted}, found ${kindOf(value)}`;
  const [, owner, kind, id] = IRI.exec(value) ?? [];
  if (owner === undefined) return `expected an IRI ${wanted}${butFound(value)}`;
  if (owner !== (clientToken ?? owner))
    return "expected an IRI that begins with the tenant's own clientToken, found another's: correct this or clientToken";
  if (kind !== collection) return `expected an IRI ${wanted}, found another collection`;
  return id === '.' || id === '..' ? `expected an IRI ${wanted}` : undefined;
}

const IRI = /^\/([^/]+)\/([^/]+)\/([A-Za-z0-9._~-]+)$/;

/** The form to write; the `clientToken` itself only if it reads as a name, not as a secret in the wrong field. */
function form(collection: ContextCollection, clientToken = ''): string {
  const owner = /^[a-z][a-z_-]{0,23}\d{0,3}$/i.test(clientToken) ? clientToken : '{clientToken}';
  return `/${owner}/${collection}/{id}`;
}

function butFound(value: string): string {
  const kind = kindOf(value);
  if (kind !== 'a string') return `, found ${kind}`;
  return value.includes('/') ? ', found a string of another form' : ', found a bare id';
}
