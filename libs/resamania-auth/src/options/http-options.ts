import type { AxiosInstance, AxiosRequestConfig } from 'axios';

/** How `ResamaniaHttpService` and the services bound to a tenant send their requests. */
export interface HttpOptions {
  /**
   * Time limit of one API call, in milliseconds, from its wait for a token to the last byte of its answer; redirects and
   * the replay after a 401 included. `timeout` of the call, or in `http.axios`, goes before it; 0 there means no limit.
   * @default 30_000
   */
  timeoutMs?: number;
  /**
   * Config of the axios instances behind them, as `axios.create()` takes it: agents, a proxy, an adapter, limits. What the
   * config of a call says goes before it. `maxContentLength` is 50 MiB unless it says otherwise.
   * @default {}
   */
  axios?: AxiosRequestConfig;
  /**
   * Called once for each axios instance that is made, with the tenant that it is bound to: for interceptors, such as those
   * of logging, metrics and retries. A bound service that was not used for long may be made anew, with another instance.
   * @default none
   */
  configure?: (instance: AxiosInstance, tenant: string | undefined) => void;
  /**
   * For how many milliseconds API calls may go on when the application closes. Then they are aborted (`shutting_down`).
   * @default 5000
   */
  shutdownGraceMs?: number;
}
