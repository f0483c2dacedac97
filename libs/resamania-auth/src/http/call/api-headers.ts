import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

import { ResamaniaRequestError } from '../../errors.js';
import { type ContextCollection, contextIriFlaw } from '../../options/checks/context-iri.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { AccessToken } from '../../token/cache/access-token.js';
import type { ResamaniaRequestOptions } from '../target/request-options.js';

const CLUB_HEADER = 'x-user-club-id';
const NETWORK_NODE_HEADER = 'x-user-network-node-id';

/** The headers that this library adds to an API call beside the gateway key, in lower case. */
const OUR_HEADERS: ReadonlySet<string> = new Set(['authorization', CLUB_HEADER, NETWORK_NODE_HEADER]);

/** Without a prototype, which somebody may have polluted. */
const NO_SETTINGS = Object.freeze({ __proto__: null } as ResamaniaRequestOptions);

/** What a call is authorised with. */
export interface CallCredentials {
  readonly tenant: Tenant;
  readonly token: AccessToken;
  readonly apiKey: string | undefined;
}

/** Tells our headers on a tenant's calls from the caller's. */
export class OurHeaders {
  readonly #keyHeader: string;

  constructor(apiKeyHeader: string) {
    this.#keyHeader = apiKeyHeader.toLowerCase();
  }

  has(name: string): boolean {
    const lower = name.toLowerCase();
    return lower === this.#keyHeader || OUR_HEADERS.has(lower);
  }

  /** Deletes them, whatever their case, and returns what there was. */
  takeFrom(headers: object | undefined): Record<string, unknown> {
    const taken: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(headers ?? {})) {
      if (!this.has(name)) continue;
      taken[name] = value;
      Reflect.deleteProperty(headers ?? {}, name);
    }
    return taken;
  }
}

/** Whether the caller answers for the authorization: by a header, even an empty one, or by axios' `auth`. */
export function hasOwnAuthorization({ headers, auth }: InternalAxiosRequestConfig): boolean {
  return auth !== undefined || headers.has('authorization');
}

/**
 * The caller's headers and ours. A gateway key or context header that the caller set stays as it is.
 * @throws ResamaniaRequestError `invalid_request`
 */
export function withOurHeaders(
  config: InternalAxiosRequestConfig,
  { tenant, token, apiKey }: CallCredentials,
): AxiosHeaders {
  // Neither the caller's headers nor ours need to be normalised and checked again, and there is no `Authorization` yet.
  const headers = Object.assign(new AxiosHeaders(), config.headers);
  headers['Authorization'] = token.authorization;
  if (apiKey !== undefined) headers.set(tenant.apiKeyHeader, apiKey, false);
  const { principal, clubId, networkNodeId }: ResamaniaRequestOptions = config.resamania ?? NO_SETTINGS;
  if (principal !== undefined) return headers;
  const club = checked(clubId, 'clubId', 'clubs', tenant) ?? tenant.clubId;
  const node = checked(networkNodeId, 'networkNodeId', 'network_nodes', tenant) ?? tenant.networkNodeId;
  if (club !== undefined && !headers.has(CLUB_HEADER)) headers[CLUB_HEADER] = club;
  if (node !== undefined && !headers.has(NETWORK_NODE_HEADER)) headers[NETWORK_NODE_HEADER] = node;
  return headers;
}

function checked(
  iri: string | undefined,
  field: string,
  collection: ContextCollection,
  tenant: Tenant,
): string | undefined {
  if (iri === undefined) return undefined;
  const flaw = contextIriFlaw(iri, collection, tenant.clientToken);
  if (flaw === undefined) return iri;
  throw new ResamaniaRequestError(`resamania.${field}: ${flaw}.`, {
    code: 'invalid_request',
    tenant: tenant.name,
  });
}
