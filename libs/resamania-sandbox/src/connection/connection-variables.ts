import type { SandboxChain } from '../chains/chain-options.js';

/** What the variables are made from. */
export interface ConnectionParts {
  readonly apiBaseUrl: string;
  readonly apiKey: string | null;
  /** At least one. */
  readonly chains: readonly SandboxChain[];
}

/**
 * How to connect, as the environment variables that `nestjs-resamania-auth` reads. A single chain needs no name; of
 * several, the first is the one that is meant where none is named.
 */
export function connectionVariables({ apiBaseUrl, apiKey, chains }: ConnectionParts): Record<string, string> {
  const [first, ...others] = chains.map((chain) => chain.clientToken);
  return {
    RESAMANIA_API_URL: apiBaseUrl,
    ...(apiKey === null ? {} : { RESAMANIA_API_KEY: apiKey }),
    ...(first === undefined || others.length === 0
      ? {}
      : { RESAMANIA_TENANTS: [first, ...others].join(','), RESAMANIA_DEFAULT_TENANT: first }),
    ...Object.fromEntries(
      chains.flatMap((chain) => variablesOf(chain, others.length === 0 ? 'RESAMANIA' : prefixOf(chain))),
    ),
  };
}

function prefixOf({ clientToken }: SandboxChain): string {
  return `RESAMANIA_${clientToken.toUpperCase().replaceAll(/\W/g, '_')}`;
}

function variablesOf(chain: SandboxChain, prefix: string): [string, string][] {
  return [
    [`${prefix}_CLIENT_TOKEN`, chain.clientToken],
    [`${prefix}_CLIENT_ID`, chain.clientId],
    [`${prefix}_CLIENT_SECRET`, chain.clientSecret],
    [`${prefix}_CLUB_ID`, chain.clubId],
    [`${prefix}_NETWORK_NODE_ID`, chain.networkNodeId],
  ];
}
