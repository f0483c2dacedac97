import type { SandboxChain } from '../chains/chain-options.js';

/** How a client reaches a sandbox: what `ResamaniaAuthModule.forRoot()` of `nestjs-resamania-auth` takes. */
export interface SandboxConnection {
  readonly apiBaseUrl: string;
  /** The gateway key; absent where there is no gateway. */
  readonly apiKey?: string;
  /** One tenant per chain, named by its `client_token`. */
  readonly tenants: Omit<SandboxChain, 'contactEmail'>[];
}

/** The connection to a sandbox with these chains. */
export function connectionOptions(
  apiBaseUrl: string,
  apiKey: string | null,
  chains: readonly SandboxChain[],
): SandboxConnection {
  return {
    apiBaseUrl,
    ...(apiKey === null ? {} : { apiKey }),
    tenants: chains.map(({ clientToken, clientId, clientSecret, clubId, networkNodeId }) => ({
      clientToken,
      clientId,
      clientSecret,
      clubId,
      networkNodeId,
    })),
  };
}
