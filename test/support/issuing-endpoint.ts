import type {
  HttpAnswer,
  TokenHttpRequest,
  TokenTransport,
} from '../../libs/resamania-auth/src/token/request/http-token-transport.js';

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

  async post({ form }: TokenHttpRequest): Promise<HttpAnswer> {
    this.requests += 1;
    const clientId = form.get('client_id') ?? '';
    const body = { access_token: `${clientId}-token-${this.requests}`, expires_in: this.lifetimeSeconds };
    const answer = this.answer?.(clientId) ?? { status: 200, headers: {}, body: JSON.stringify(body) };
    await this.#held;
    return answer;
  }

  close(): void {
    // Nothing is open.
  }
}
