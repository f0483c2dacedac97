import type { webcrypto } from 'node:crypto';

import { CompactEncrypt, compactDecrypt } from 'jose';

/** How values are sealed. `name` says what the value is and whose: a value that was moved to another name does not open. */
export interface Envelope {
  seal(name: string, text: string): Promise<string>;
  /** `undefined` where it does not open. */
  open(name: string, sealed: string): Promise<string | undefined>;
}

/** No envelope at all. */
export const READABLE: Envelope = {
  seal: async (_name, text) => text,
  open: async (_name, text) => text,
};

const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const;
const ONLY_OURS = {
  keyManagementAlgorithms: [ENCRYPTION.alg],
  contentEncryptionAlgorithms: [ENCRYPTION.enc],
};

/** How to make a key, for messages. */
export const MAKE_A_KEY = 'echo "k1:$(openssl rand -base64 32)"';

/**
 * Encrypts with the first key of a ring, and decrypts with all: JWE compact, AES-256-GCM. Nonces are random: with one
 * write per token and hour, a key is good for many years.
 */
export class SealedEnvelope implements Envelope {
  readonly #ring: ReadonlyMap<string, Promise<webcrypto.CryptoKey>>;
  readonly #kid: string;

  /** @param keys - By id, the one that encrypts first. Each has 32 bytes. */
  constructor(keys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) {
    const [kid = ''] = keys.keys();
    this.#kid = kid;
    this.#ring = new Map(Array.from(keys, ([id, bytes]) => [id, importKey(bytes)]));
  }

  async seal(name: string, text: string): Promise<string> {
    const jwe = new CompactEncrypt(new TextEncoder().encode(text));
    return jwe
      .setProtectedHeader({ ...ENCRYPTION, kid: this.#kid, name })
      .encrypt(await this.#key(this.#kid));
  }

  async open(name: string, sealed: string): Promise<string | undefined> {
    try {
      const key = ({ kid }: { kid?: string }) => this.#key(kid ?? '');
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, ONLY_OURS);
      return protectedHeader['name'] === name ? new TextDecoder().decode(plaintext) : undefined;
    } catch {
      return undefined;
    }
  }

  async #key(kid: string): Promise<webcrypto.CryptoKey> {
    const key = await this.#ring.get(kid);
    if (key === undefined) throw new Error('unknown key');
    return key;
  }
}

/** A key ring as it is given: `{id}:{key}` each. Problems are told without the keys. */
export function readKeyRing(given: string | readonly string[]): {
  readonly keys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly problems: readonly string[];
} {
  const keys = new Map<string, Uint8Array<ArrayBuffer>>();
  const problems: string[] = [];
  const list = typeof given === 'string' ? given.split(',') : given;
  for (const [index, text] of list.entries()) {
    const [, kid, key = ''] = /^([\w-]{1,32}):(.*)$/.exec(text.trim()) ?? [];
    const bytes = keyBytes(key);
    if (kid === undefined || bytes === undefined) {
      problems.push(
        `keys[${index}]: expected {id}:{key}, the id of 1 to 32 letters, digits, "-" and "_", ` +
          `the key of 32 bytes as base64 or as 64 hex digits. Make one with: ${MAKE_A_KEY}`,
      );
    } else if (keys.has(kid)) problems.push(`keys[${index}]: another key has the id "${kid}" already`);
    else keys.set(kid, bytes);
  }
  return { keys, problems };
}

function keyBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const isHex = /^[\da-f]{64}$/i.test(text);
  if (!isHex && !/^[\w+/-]{43}=?$/.test(text)) return undefined;
  const bytes = Uint8Array.from(Buffer.from(text, isHex ? 'hex' : 'base64'));
  return bytes.length === 32 ? bytes : undefined;
}

function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
