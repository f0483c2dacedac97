import { decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from '@jest/globals';
import { TokenSigner } from './token-signer.js';

describe('TokenSigner', () => {
  it('signs RS256 tokens for one chain, no two alike', async () => {
    const signer = await TokenSigner.create('http://sandbox');
    const issuedAt = Math.floor(Date.now() / 1000);
    const claims = {
      clientToken: 'demoapi',
      clientId: '101_x',
      principal: { kind: 'club', id: '/demoapi/clubs/1' },
      scope: ['a', 'b'],
      issuedAt,
      lifetimeSeconds: 60,
    } as const;
    const [one, other] = await Promise.all([signer.sign(claims), signer.sign(claims)]);
    const { payload } = await jwtVerify(one, signer.publicKey, { issuer: 'http://sandbox' });
    expect(payload).toMatchObject({
      aud: 'demoapi',
      client_token: 'demoapi',
      sub: '101_x',
      club: '/demoapi/clubs/1',
      scope: 'a b',
      iat: issuedAt,
      exp: issuedAt + 60,
    });
    expect(decodeProtectedHeader(one).alg).toBe('RS256');
    expect(one).not.toBe(other);
  });
});
