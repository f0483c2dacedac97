import { defer, from, map, type Observable } from 'rxjs';

import type { HttpAnswer } from '../../libs/resamania-auth/src/token/request/token-failure.js';
import type {
  TokenHttpRequest,
  TokenTransport,
} from '../../libs/resamania-auth/src/token/request/token-transport.js';

/** A token endpoint in memory that issues `{client id}-token-{n}`, or whatever `answer` makes instead. */
export class IssuingEndpoint implements TokenTransport {
  /** Token requests so far. */
  requests = 0;
  lifetimeSeconds = 3600;
  answer: ((clientId: string) => HttpAnswer) | undefined;
  #held: Promise<void> = Promise.resolve();

  /** From now on nothing is answered until the function returned is called. */
  hold(): () => void {
    let release: () => void = () => undefined;
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  post({ form }: TokenHttpRequest): Observable<HttpAnswer> {
    return defer(() => {
      this.requests += 1;
      const clientId = form.get('client_id') ?? '';
      const body = { access_token: `${clientId}-token-${this.requests}`, expires_in: this.lifetimeSeconds };
      const answer = this.answer?.(clientId) ?? { status: 200, headers: {}, body: JSON.stringify(body) };
      return from(this.#held).pipe(map(() => answer));
    });
  }

  close(): void {
    // Nothing is open.
  }
}
