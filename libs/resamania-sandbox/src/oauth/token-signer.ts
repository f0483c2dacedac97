import { randomUUID } from 'node:crypto';
import { generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import type { Principal } from './principal.js';

/** What a token says. */
export interface TokenClaims {
  /** The chain's code. */
  readonly clientToken: string;
  readonly clientId: string;
  readonly principal: Principal;
  readonly scope: readonly string[];
  /** Epoch seconds. */
  readonly issuedAt: number;
  readonly lifetimeSeconds: number;
}

/** Signs access tokens with a key pair of its own (RS256, 2048 bits). */
export class TokenSigner {
  readonly #issuer: string;
  readonly #privateKey: CryptoKey;
  /** Checks this signer's signatures. */
  readonly publicKey: CryptoKey;

  private constructor(issuer: string, pair: { privateKey: CryptoKey; publicKey: CryptoKey }) {
    this.#issuer = issuer;
    this.#privateKey = pair.privateKey;
    this.publicKey = pair.publicKey;
  }

  /** A signer with a fresh key pair, which takes some 50 ms. */
  static async create(issuer: string): Promise<TokenSigner> {
    return new TokenSigner(issuer, await generateKeyPair('RS256', { modulusLength: 2048 }));
  }

  /** A signed token; no two are alike. */
  sign(claims: TokenClaims): Promise<string> {
    const { principal } = claims;
    return new SignJWT({
      client_token: claims.clientToken,
      ...(principal.kind === 'club' ? { club: principal.id } : {}),
      ...(principal.kind === 'contact' ? { contact: principal.id } : {}),
      ...(claims.scope.length > 0 ? { scope: claims.scope.join(' ') } : {}),
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(this.#issuer)
      .setAudience(claims.clientToken)
      .setSubject(claims.clientId)
      .setJti(randomUUID())
      .setIssuedAt(claims.issuedAt)
      .setExpirationTime(claims.issuedAt + claims.lifetimeSeconds)
      .sign(this.#privateKey);
  }
}
