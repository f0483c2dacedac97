import type { Dispatcher } from 'undici';

import type { SentRequestAnswer } from '../http/call/sent-request.js';

/** Where a request goes. */
export interface HopTarget {
  readonly protocol: string;
  /** The host as in a URL: with brackets around an IPv6 address, with the port unless it is the protocol's own. */
  readonly authority: string;
  /** Path and query, as on the wire. */
  readonly path: string;
}

/** What a request is made of. */
export interface HopContent {
  readonly method: string;
  /** Names and values in turn, a name again for every further value. */
  readonly lines: readonly string[];
  /** User and password of a basic authorization, joined by a colon. */
  readonly auth: string | undefined;
  readonly body: Buffer | undefined;
}

/**
 * One request of a call; every redirect is followed by another one. This is what `request` is in responses and errors,
 * with the members of Node's `ClientRequest` that tell what was sent. Nothing of what it carries is enumerable.
 */
export class Hop {
  /** Set when the answer begins. */
  res: SentRequestAnswer | undefined = undefined;
  destroyed = false;
  readonly #target: HopTarget;
  readonly #content: HopContent;

  constructor(target: HopTarget, content: HopContent) {
    this.#target = target;
    this.#content = content;
  }

  get method(): string {
    return this.#content.method;
  }

  get protocol(): string {
    return this.#target.protocol;
  }

  /** The host without brackets and port, as Node's has it. */
  get host(): string {
    return this.#target.authority.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  }

  get path(): string {
    return this.#target.path;
  }

  get aborted(): boolean {
    return this.destroyed;
  }

  /** The headers that go out, names in lower case. */
  getHeaders(): Record<string, string | string[]> {
    const headers = Object.create(null) as Record<string, string | string[]>;
    const { lines } = this.#content;
    for (let i = 0; i < lines.length; i += 2) {
      const name = (lines[i] as string).toLowerCase();
      const value = lines[i + 1] as string;
      const before = headers[name];
      headers[name] = before === undefined ? value : [before, value].flat();
    }
    headers['host'] ??= this.#target.authority;
    return headers;
  }

  getHeader(name: string): string | string[] | undefined {
    return this.getHeaders()[name.toLowerCase()];
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined;
  }

  toJSON(): object {
    const { method, protocol, host, path } = this;
    return { method, protocol, host, path };
  }

  /** Where a hop goes, and with what. Not a member: whoever holds a response has no business with the body. */
  static target(hop: Hop): HopTarget {
    return hop.#target;
  }

  static content(hop: Hop): HopContent {
    return hop.#content;
  }

  /** The URL that is asked for, without credentials. */
  static url(hop: Hop): string {
    const { protocol, authority, path } = hop.#target;
    return `${protocol}//${authority}${path}`;
  }

  static origin(hop: Hop): string {
    const { protocol, authority } = hop.#target;
    return `${protocol}//${authority}`;
  }

  static dispatchOptions(hop: Hop): Dispatcher.DispatchOptions {
    const { path } = hop.#target;
    const { method, lines, auth, body } = hop.#content;
    const headers = auth === undefined ? [...lines] : [...lines, 'Authorization', basic(auth)];
    // Without `reset: false` a connection is closed after HEAD, and after a body that the method does not ask for.
    return { path, method, headers, body: body ?? null, reset: false };
  }
}

function basic(auth: string): string {
  return `Basic ${Buffer.from(auth).toString('base64')}`;
}
