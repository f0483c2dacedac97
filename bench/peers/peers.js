import { axiosAuthRefresh } from './axios-auth-refresh.js';
import { axiosTokenInterceptor } from './axios-token-interceptor.js';
import { badgateway } from './badgateway.js';
import { googleAuthLibrary } from './google-auth-library.js';
import { msalNode } from './msal-node.js';
import { openidClient } from './openid-client.js';
import { scienta } from './scienta-axios-oauth2.js';
import { simpleOauth2 } from './simple-oauth2.js';
import { undiciOidcInterceptor } from './undici-oidc-interceptor.js';

/**
 * Who is compared. Each has a `name` and `open(world, chains)`, which
 * returns what it can do, with one client for each chain:
 *
 * - `ask(chain)`: the library's own way to a token; `read(result)` takes the string from what that gives
 * - `peek(chain)`: the same, synchronous, for a token that is there; `readPeeked(result)`
 * - `call(chain)`: a GET of the API; gives the status
 * - `attach(instance, chain)`: puts the library on an axios instance
 * - `close()`
 */
export const peers = [
  openidClient,
  badgateway,
  simpleOauth2,
  googleAuthLibrary,
  msalNode,
  axiosTokenInterceptor,
  scienta,
  axiosAuthRefresh,
  undiciOidcInterceptor,
];
