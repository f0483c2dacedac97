import { ResamaniaConfigError } from '../errors.js';
import {
  type ClaimOutcome,
  type ClaimRequest,
  DROP_MARK_MS,
  MAX_WAIT_MS,
  type ResamaniaTokenStore,
  type Settlement,
  type StoredEntry,
} from '../store/token-store.js';
import { type Envelope, MAKE_A_KEY, readKeyRing, READABLE, SealedEnvelope } from './envelope.js';
import { connectionProblems, createClient, type RedisConnectionOptions } from './redis-client.js';
import { RedisLink } from './redis-link.js';
import { CLAIM, DROP, READ, SETTLE } from './scripts.js';

/** Options of `redisTokenStore()`. */
export interface RedisTokenStoreOptions extends RedisConnectionOptions {
  /**
   * The keys that encrypt what is stored, each as `{id}:{key}`, in one string separated by commas, or as an array. The key
   * has 32 bytes, as base64 or as 64 hex digits: `echo "k1:$(openssl rand -base64 32)"` makes one. The first one encrypts,
   * all decrypt. Put them where secrets are.
   * @default none: needed, unless `encryption` says otherwise
   */
  keys?: string | readonly string[] | undefined;
  /**
   * Store tokens so that everybody who can read from Redis, a backup or a replica of it can use them.
   * @default none: values are encrypted with `keys`
   */
  encryption?: 'none-i-accept-readable-tokens';
  /**
   * What the names of all keys and of the channel begin with. Applications with different prefixes share nothing.
   * @default 'resamania'
   */
  prefix?: string;
}

/**
 * Makes the option `store` of `ResamaniaAuthModule`: tokens are shared through Redis. Needs `ioredis` and `jose`. Each
 * application connects when its module is made, and disconnects when it closes.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
export function redisTokenStore(options: RedisTokenStoreOptions): () => ResamaniaTokenStore {
  const { keys, problems: ofKeys } = readKeyRing(options.keys ?? []);
  const problems = [...ofKeys, ...connectionProblems(options), ...encryptionProblems(options)];
  if (problems.length > 0) throw new ResamaniaConfigError('Options of redisTokenStore()', problems);
  const envelope = options.encryption === undefined ? new SealedEnvelope(keys) : READABLE;
  const { prefix = 'resamania' } = options;
  return () => new RedisTokenStore(new RedisLink(createClient(options)), envelope, prefix);
}

/** A store in Redis. Every operation is one script; what it stores is sealed. */
class RedisTokenStore implements ResamaniaTokenStore {
  readonly #link: RedisLink;
  readonly #envelope: Envelope;
  readonly #prefix: string;
  readonly #channel: string;
  readonly #listeners = new Set<(key: string) => void>();
  #isListening = false;

  constructor(link: RedisLink, envelope: Envelope, prefix: string) {
    this.#link = link;
    this.#envelope = envelope;
    this.#prefix = `${prefix}:1`;
    this.#channel = `${link.scope}${prefix}:1:settled`;
  }

  async read(key: string): Promise<StoredEntry | undefined> {
    const found = (await this.#link.run(READ, this.#keys(key, 't'), [])) as FoundEntry | null;
    return found === null ? undefined : this.#opened(key, 't', found);
  }

  async claim(key: string, request: ClaimRequest): Promise<ClaimOutcome> {
    const { claimId, claimMs, minRemainingMs, notIds, takeRefresh } = request;
    const args = [claimId, claimMs, Math.max(0, minRemainingMs), takeRefresh ? '1' : '0', ...notIds];
    const reply = (await this.#link.run(CLAIM, this.#keys(key, 'twcr'), args)) as ClaimReply;
    const [kind, found, refresh] = reply;
    switch (kind) {
      case 'stored':
        return { kind, entry: await this.#opened(key, 't', found) };
      case 'wait':
        return { kind, entry: await this.#opened(key, 'w', found) };
      case 'held':
        return { kind, storeMs: found };
      case 'granted':
        return {
          kind,
          storeMs: found,
          refresh: refresh === null ? undefined : await this.#envelope.open(`${key}:r`, refresh),
        };
    }
  }

  async settle(key: string, { claimId, token, wait }: Settlement): Promise<void> {
    const sealed = async (part: string, text: string | undefined) =>
      text === undefined ? '' : this.#envelope.seal(`${key}:${part}`, text);
    await this.#link.run(SETTLE, this.#keys(key, 'twcr'), [
      claimId,
      this.#channel,
      key,
      token ? `${token.id}.${await sealed('t', token.value)}` : '',
      token?.expiresAt ?? 0,
      token?.lifetimeMs ?? 0,
      await sealed('r', token?.refresh),
      wait ? `${wait.id}.${await sealed('w', wait.value)}` : '',
      wait?.endsAt ?? 0,
      MAX_WAIT_MS,
      ...(token?.replaces ?? []),
    ]);
  }

  async drop(key: string, id: string): Promise<boolean> {
    return (await this.#link.run(DROP, this.#keys(key, 'tm'), [id, DROP_MARK_MS])) === 1;
  }

  subscribe(listener: (key: string) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isListening) {
      this.#link.subscribe(this.#channel, (key) => {
        for (const listen of this.#listeners) listen(key);
      });
    }
    this.#isListening = true;
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  /** The names of a key's parts: token, wait, claim, refresh token, mark. The braces keep them on one node of a cluster. */
  #keys(key: string, parts: string): string[] {
    return Array.from(parts, (part) => `${this.#prefix}:{${key}}:${part}`);
  }

  async #opened(key: string, part: string, [id, text, remainingMs]: FoundEntry): Promise<StoredEntry> {
    const value = await this.#envelope.open(`${key}:${part}`, text.slice(id.length + 1));
    // Without an end it is not of this library.
    return { id, value: remainingMs < 0 ? undefined : value, remainingMs };
  }
}

/** Id, text and remaining milliseconds; -1 for a value without an end. */
type FoundEntry = [id: string, text: string, remainingMs: number];

type ClaimReply =
  | ['stored' | 'wait', FoundEntry, none?: undefined]
  | ['held', storeMs: number, none?: undefined]
  | ['granted', storeMs: number, refresh: string | null];

function encryptionProblems({ keys, encryption }: RedisTokenStoreOptions): string[] {
  const problems: string[] = [];
  if (encryption !== undefined && encryption !== 'none-i-accept-readable-tokens')
    problems.push("encryption: expected 'none-i-accept-readable-tokens' or nothing");
  if (encryption === undefined && keys === undefined)
    problems.push(`keys: needed, since what is stored are bearer tokens. Make one with: ${MAKE_A_KEY}`);
  if (encryption !== undefined && keys !== undefined)
    problems.push('keys: nothing is encrypted with them while encryption is off; leave out one of the two');
  return problems;
}
