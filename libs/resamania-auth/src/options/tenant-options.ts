/**
 * A secret value, or a function that returns it, which is how secrets rotate without a restart. A function is called at
 * every token request. What it returned as `apiKey` then serves the API calls too, until the next token request or until
 * the gateway refuses it.
 */
export type Secret = string | (() => string | Promise<string>);

/**
 * How a token is renewed.
 *
 * - `credentials`: a new `client_credentials` request, every time.
 * - `credentials-with-refresh-token`: the same, with the last refresh token sent along where the server gave one, as
 *   the vendor's documented example does.
 * - `refresh-token`: the `refresh_token` grant where the server gave one, falling back to the credentials when it is
 *   refused.
 */
export type RenewWith = 'credentials' | 'credentials-with-refresh-token' | 'refresh-token';

/** One tenant: one club chain, one `client_token`. */
export interface ResamaniaTenantOptions {
  /**
   * The name that the application uses for this tenant.
   * @default the value of `clientToken`
   */
  name?: string;
  /**
   * Base URL of the API, with its path prefix and without the `client_token`, such as
   * `https://gateway.prod.gravitee.stadline.tech/resa2-staging`.
   * @default `apiBaseUrl` of the module's options
   */
  apiBaseUrl?: string;
  /** The club chain's `client_token`: the first path segment of all its URLs. */
  clientToken: string;
  /** OAuth 2.0 client id. */
  clientId: string;
  /** OAuth 2.0 client secret; compared byte for byte by the server. */
  clientSecret: Secret;
  /**
   * Gateway key, sent with token requests and API calls in the header that `apiKeyHeader` names.
   * @default `apiKey` of the module's options; none is right for hosts without a gateway
   */
  apiKey?: Secret;
  /**
   * Name of the header that carries the gateway key.
   * @default `apiKeyHeader` of the module's options
   */
  apiKeyHeader?: string;
  /**
   * Path of the token endpoint below `apiBaseUrl`. `{client_token}` is replaced by the tenant's `clientToken`.
   * @default '/{client_token}/oauth/v2/token'
   */
  tokenPath?: string;
  /**
   * Scope to ask for, space-separated.
   * @default not sent: the server refuses a scope that it does not know
   */
  scope?: string;
  /**
   * IRI of the club that API calls act for, such as `/demoapi/clubs/1210`; sent as `x-user-club-id`.
   * @default not sent
   */
  clubId?: string;
  /**
   * IRI of the network node that API calls act for, such as `/demoapi/network_nodes/12`; sent as
   * `x-user-network-node-id`. Required by the API for club chains with a network.
   * @default not sent
   */
  networkNodeId?: string;
  /**
   * How the token is renewed.
   * @default 'credentials'
   */
  renewWith?: RenewWith;
  /**
   * Extra fields of the token request's body.
   * @default {}
   */
  params?: Record<string, string>;
}
