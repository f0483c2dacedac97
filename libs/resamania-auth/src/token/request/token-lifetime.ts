/** The lifetime taken when neither the answer nor the token names one, in milliseconds. */
const FALLBACK_LIFETIME_MS = 300_000;
/** No token is taken to live longer, whatever the server says: 30 days, in milliseconds. */
export const MAX_LIFETIME_MS = 30 * 24 * 3_600_000;

/** What an answer says of its token's lifetime. */
interface LifetimeClaims {
  /** `expires_in` as it came. */
  readonly expiresIn: unknown;
  /** The access token: a JWT, or any other string. */
  readonly accessToken: string;
}

/** A lifetime in milliseconds, and what was odd about the claims, if anything. */
interface ReadLifetime {
  readonly lifetimeMs: number;
  readonly oddity?: string;
}

/**
 * The lifetime: `expires_in`, and never more than the JWT's own `exp - iat`. That difference is a duration, so a
 * server clock that is off does no harm. Returns `undefined` when the answer says that the token is dead already.
 */
export function readLifetime(claims: LifetimeClaims): ReadLifetime | undefined {
  const declared = declaredMs(claims.expiresIn);
  const signed = readJwtTimes(claims.accessToken)?.lifetimeMs;
  if (declared.ms !== undefined && declared.ms <= 0) return undefined;
  const bounds = [declared.ms, signed].filter((ms) => ms !== undefined);
  if (bounds.length === 0) {
    return {
      lifetimeMs: FALLBACK_LIFETIME_MS,
      oddity: `${declared.oddity ?? 'names no expires_in'}; ${FALLBACK_LIFETIME_MS / 1000} s are assumed`,
    };
  }
  const shortest = Math.min(...bounds);
  if (shortest > MAX_LIFETIME_MS) {
    return {
      lifetimeMs: MAX_LIFETIME_MS,
      oddity: 'names a lifetime of more than 30 days; 30 days are taken',
    };
  }
  return declared.oddity === undefined
    ? { lifetimeMs: shortest }
    : { lifetimeMs: shortest, oddity: `${declared.oddity}; the JWT's own lifetime is taken` };
}

/** `expires_in` in milliseconds, as a number or a numeric string. */
export function declaredMs(expiresIn: unknown): { ms?: number; oddity?: string } {
  if (expiresIn === undefined || expiresIn === null) return {};
  const isNumeric = typeof expiresIn === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(expiresIn);
  const seconds = isNumeric ? Number(expiresIn) : expiresIn;
  return typeof seconds === 'number' && Number.isFinite(seconds)
    ? { ms: seconds * 1000 }
    : { oddity: 'has an expires_in that is no number' };
}

/** What a JWT says of its own time, in milliseconds. */
interface JwtTimes {
  /** `iat`, since the epoch of the server's clock. */
  readonly issuedAt: number;
  /** `exp - iat`. */
  readonly lifetimeMs: number;
}

/** The times of a JWT, read without verifying it: its lifetime only ever shortens the one that is taken. */
export function readJwtTimes(token: string): JwtTimes | undefined {
  const payload = token.split('.', 3)[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null) return undefined;
    const { exp, iat } = claims as { exp?: unknown; iat?: unknown };
    if (typeof exp !== 'number' || typeof iat !== 'number' || !(exp > iat)) return undefined;
    return { issuedAt: iat * 1000, lifetimeMs: (exp - iat) * 1000 };
  } catch {
    return undefined;
  }
}
