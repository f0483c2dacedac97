import type { SandboxChain } from '../chains/chain-options.js';

/** What the variables are made from; a running sandbox has all of it. */
export interface Connection {
  readonly apiBaseUrl: string;
  readonly apiKey: string | null;
  readonly chains: readonly SandboxChain[];
}

/** How to connect, as the variables that `resamaniaConfig` of `nestjs-resamania-auth` reads. */
export function connectionVariables({ apiBaseUrl, apiKey, chains }: Connection): Record<string, string> {
  const ofChains = chains.flatMap((chain) => {
    const name = `RESAMANIA_${chain.clientToken.toUpperCase().replaceAll(/\W/g, '_')}`;
    return [
      [`${name}_CLIENT_TOKEN`, chain.clientToken],
      [`${name}_CLIENT_ID`, chain.clientId],
      [`${name}_CLIENT_SECRET`, chain.clientSecret],
      [`${name}_CLUB_ID`, chain.clubId],
      [`${name}_NETWORK_NODE_ID`, chain.networkNodeId],
    ];
  });
  return {
    RESAMANIA_API_URL: apiBaseUrl,
    ...(apiKey === null ? {} : { RESAMANIA_API_KEY: apiKey }),
    RESAMANIA_TENANTS: chains.map((chain) => chain.clientToken).join(','),
    ...(Object.fromEntries(ofChains) as Record<string, string>),
  };
}
