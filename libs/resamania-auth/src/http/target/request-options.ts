import type { ResamaniaPrincipal } from '../../token/request/principal.js';

/** What one API call may say for itself, as `resamania` in its axios request config. */
export interface ResamaniaRequestOptions {
  /**
   * Name of the tenant that the call is for. It must not contradict the service that makes the call. Given without a
   * value, it is an error (`tenant_missing`), not the default.
   * @default the bound service's tenant, else the current `ResamaniaTenantContext`, else the URL's, else the default
   */
  tenant?: string;
  /**
   * Make the call with the token of one club or one contact. No context headers are sent then: the token says it all.
   * @default the tenant's own token
   */
  principal?: ResamaniaPrincipal | undefined;
  /**
   * IRI of the club that the call acts for, such as `/demoapi/clubs/1210`; sent as `x-user-club-id`.
   * @default the tenant's `clubId`
   */
  clubId?: string | undefined;
  /**
   * IRI of the network node that the call acts for, such as `/demoapi/network_nodes/12`; sent as
   * `x-user-network-node-id`.
   * @default the tenant's `networkNodeId`
   */
  networkNodeId?: string | undefined;
  /**
   * `false` sends the request without a token, gateway key and context headers; it may then go anywhere.
   * @default the token is attached
   */
  auth?: false | undefined;
}

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Settings of `nestjs-resamania-auth` for this request. */
    resamania?: ResamaniaRequestOptions | undefined;
  }
}
