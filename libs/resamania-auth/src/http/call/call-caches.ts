import { ResamaniaConfigError, ResamaniaTokenError } from '../../errors.js';
import { kindOf } from '../../options/checks/problem.js';
import { isHeaderSafe } from '../../options/checks/rules.js';
import { AccessToken } from '../../token/cache/access-token.js';
import type { TokenSubject } from '../../token/cache/token-cache-ports.js';
import type { ResamaniaPrincipal } from '../../token/request/principal.js';
import { ResamaniaTokenService } from '../../token/resamania-token.service.js';
import type { ListenedSignal } from '../../waiting.js';

/** What API calls need of a token cache. */
export interface CallCache extends TokenSubject {
  peek(): AccessToken | undefined;
  get(signal?: ListenedSignal): Promise<AccessToken>;
  replaceRejected(value: string): Promise<AccessToken | undefined>;
}

/** Where API calls find token caches. */
export interface CallCaches {
  of(name?: string, principal?: ResamaniaPrincipal): CallCache | undefined;
  load(name?: string, principal?: ResamaniaPrincipal): Promise<CallCache>;
}

/** What stands in the place of `ResamaniaTokenService`. Only `getAccessToken` must be there. */
type Override = Pick<ResamaniaTokenService, 'getAccessToken'> &
  Partial<Pick<ResamaniaTokenService, 'peek' | 'invalidate'>>;

/** A time that no test waits for. The override itself says when its tokens end, by handing out others. */
const HOUR_MS = 3_600_000;

/**
 * The caches that API calls use: the library's own, unless an application put something else in the place of
 * `ResamaniaTokenService`, as tests do. Calls then carry what that hands out. Decided once, at the start.
 * @throws ResamaniaConfigError when it has no `getAccessToken()`
 */
export function callCaches(own: CallCaches, tokens: object): CallCaches {
  if (Object.getPrototypeOf(tokens) === ResamaniaTokenService.prototype) return own;
  const { getAccessToken } = tokens as Partial<Override>;
  if (typeof getAccessToken !== 'function') {
    const problem = `getAccessToken: expected a function that resolves to the token, found ${kindOf(getAccessToken)}`;
    throw new ResamaniaConfigError('Override of ResamaniaTokenService', [problem]);
  }
  const overridden = (cache: CallCache) => overriddenCache(cache, tokens as Override);
  return {
    of: (name, principal) => {
      const cache = own.of(name, principal);
      return cache && overridden(cache);
    },
    load: async (name, principal) => overridden(await own.load(name, principal)),
  };
}

function overriddenCache({ tenant, principal }: TokenSubject, tokens: Override): CallCache {
  const { name } = tenant;
  const options = principal === undefined ? undefined : { principal };
  const get = async () => accessToken(await tokens.getAccessToken(name, options), name);
  // What a subclass inherits looks into the library's own caches.
  const hasOwnPeek = tokens.peek !== ResamaniaTokenService.prototype.peek;
  return {
    tenant,
    principal,
    peek: () => {
      const token = hasOwnPeek ? tokens.peek?.(name, options) : undefined;
      return token && accessToken(token.value, name);
    },
    get,
    replaceRejected: async (token) => {
      await tokens.invalidate?.(name, { ...options, token });
      return get();
    },
  };
}

function accessToken(value: unknown, tenant: string): AccessToken {
  if (typeof value === 'string' && isHeaderSafe(value)) {
    const issuedAt = Date.now();
    return new AccessToken({ value, scope: undefined, issuedAt, expiresAt: issuedAt + HOUR_MS });
  }
  const what = `the override of ResamaniaTokenService handed out ${kindOf(value, 'string')} as its token.`;
  throw new ResamaniaTokenError(what, {
    code: 'broken_answer',
    tenant,
    remedy: 'Let it return a string of visible ASCII characters.',
  });
}
