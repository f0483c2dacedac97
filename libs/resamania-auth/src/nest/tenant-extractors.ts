/** As much of an incoming request as a tenant can be found in. Express' and Fastify's requests are such. */
export interface TenantRequest {
  /** Headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Route parameters, where the route is known already. */
  readonly params?: unknown;
}

/** Finds the name of the tenant that an incoming request is for; `undefined` where it names none. */
export type TenantExtractor = (request: TenantRequest) => string | undefined | Promise<string | undefined>;

/** The tenant is the value of a header, such as `x-club-chain`. */
export function tenantFromHeader(name: string): TenantExtractor {
  const lower = name.toLowerCase();
  return ({ headers }) => nameIn(headers[lower]);
}

/** The tenant is a route parameter: `chain` of `/chains/:chain/clubs`. */
export function tenantFromParam(name: string): TenantExtractor {
  return ({ params }) => nameIn((params as Readonly<Record<string, unknown>> | undefined)?.[name]);
}

/**
 * The tenant is the label in front of a domain: `alpha` of `alpha.gyms.example` for the domain `gyms.example`. It is
 * read from `Host`; behind a proxy that changes it, write an extractor of your own.
 */
export function tenantFromSubdomain(domain: string): TenantExtractor {
  const end = `.${domain.toLowerCase()}`;
  return ({ headers }) => {
    const host = nameIn(headers['host'])?.toLowerCase().replace(/:\d+$/, '');
    const label = host?.endsWith(end) === true ? host.slice(0, -end.length) : undefined;
    return label === undefined || label.includes('.') ? undefined : nameIn(label);
  };
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
