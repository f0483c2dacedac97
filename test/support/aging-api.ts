import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import { firstValueFrom } from 'rxjs';

import type { RetryOn401 } from '../../libs/resamania-auth/src/options/resamania-auth-options.js';
import { createHttpSide, type HttpSide } from './http-client.js';
import { IssuingEndpoint } from './issuing-endpoint.js';
import { RecordingServer, type Responder, sendJson } from './recording-server.js';

/** The `Authorization` of the first token, and of the one after it. */
export const FIRST = 'Bearer 1_demo-token-1';
export const SECOND = 'Bearer 1_demo-token-2';

const HALF_AN_HOUR_MS = 1_800_000;

/** An API of one tenant, `demoapi`, that can take exception to a token that has come into its years. */
export class AgingApi {
  endpoint = new IssuingEndpoint();
  #side: HttpSide | undefined;

  private constructor(readonly server: RecordingServer) {}

  static async start(): Promise<AgingApi> {
    return new AgingApi(await RecordingServer.start());
  }

  get side(): HttpSide {
    if (this.#side === undefined) throw new Error('call build() first');
    return this.#side;
  }

  /** A new client and a new token endpoint. */
  build(retryOn401: RetryOn401 = 'renew-and-replay'): void {
    this.#side?.stop();
    this.server.reset();
    this.endpoint = new IssuingEndpoint();
    this.#side = createHttpSide(
      {
        apiBaseUrl: this.server.origin,
        retryOn401,
        tenants: [{ clientToken: 'demoapi', clientId: '1_demo', clientSecret: 'secret' }],
      },
      this.endpoint,
    );
  }

  async stop(): Promise<void> {
    this.#side?.stop();
    await this.server.stop();
  }

  get(config: AxiosRequestConfig = {}): Promise<AxiosResponse<unknown>> {
    return firstValueFrom(this.side.http.get('clubs', config));
  }

  /** Obtains the first token, and makes it half an hour old. */
  async ageToken(): Promise<void> {
    await this.get();
    this.side.age(HALF_AN_HOUR_MS);
    this.server.seen.length = 0;
  }

  /** Answers 401 in this way to the first token, and `{"ok":true}` to any other. */
  refuseFirstToken(refuse: Responder): void {
    this.server.respond = (request, response) =>
      request.headers.authorization === FIRST
        ? refuse(request, response)
        : sendJson(200, { ok: true })(request, response);
  }

  /** How many API calls and how many token requests there were. */
  get counts(): { calls: number; tokens: number } {
    return { calls: this.server.seen.length, tokens: this.endpoint.requests };
  }
}
