import { inspect } from 'node:util';

const REDACTED = '[REDACTED]';

/** What a token is made from. Times are milliseconds since the epoch. */
interface AccessTokenFields {
  readonly value: string;
  readonly scope: string | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * An access token. Its value is in a private field: printed, logged or serialised in any way, it reads `[REDACTED]`.
 */
export class AccessToken {
  readonly #value: string;
  readonly #scope: string | undefined;
  readonly #issuedAt: number;
  readonly #expiresAt: number;
  #authorization: string | undefined;
  #resolved: Promise<string> | undefined;

  /** @internal */
  constructor({ value, scope, issuedAt, expiresAt }: AccessTokenFields) {
    this.#value = value;
    this.#scope = scope;
    this.#issuedAt = issuedAt;
    this.#expiresAt = expiresAt;
  }

  /** The token itself, as it goes into the `Authorization` header after `Bearer `. */
  get value(): string {
    return this.#value;
  }

  /** `Bearer` and the token: a whole `Authorization` header, made once. */
  get authorization(): string {
    return (this.#authorization ??= `Bearer ${this.#value}`);
  }

  /** @internal The value as a promise, made once: what every caller of this token awaits. */
  get resolvedValue(): Promise<string> {
    return (this.#resolved ??= Promise.resolve(this.#value));
  }

  /** @internal Lifetime in milliseconds. */
  get lifetimeMs(): number {
    return this.#expiresAt - this.#issuedAt;
  }

  /** @internal Milliseconds since the epoch. */
  get expiresAtMs(): number {
    return this.#expiresAt;
  }

  /** @internal Age in milliseconds: negative when the clock was set back to before the token. */
  ageMs(now: number): number {
    return now - this.#issuedAt;
  }

  /** The scope that the server granted, space-separated; `undefined` where it named none, as Resamania does. */
  get scope(): string | undefined {
    return this.#scope;
  }

  /** The instant from which the lifetime counts: just before the token request left. */
  get issuedAt(): Date {
    return new Date(this.#issuedAt);
  }

  /** The instant from which the token must be taken as expired. */
  get expiresAt(): Date {
    return new Date(this.#expiresAt);
  }

  /** `AccessToken [REDACTED]`. */
  toString(): string {
    return `AccessToken ${REDACTED}`;
  }

  /** Scope and times, and `[REDACTED]` for the value. */
  toJSON(): object {
    return { value: REDACTED, scope: this.scope, issuedAt: this.issuedAt, expiresAt: this.expiresAt };
  }

  /** What `console.log` and loggers print: the expiry, and `[REDACTED]` for the value. */
  [inspect.custom](): string {
    return `AccessToken { value: ${REDACTED}, expiresAt: ${this.expiresAt.toISOString()} }`;
  }
}
