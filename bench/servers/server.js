/**
 * The token service and the API of the benchmarks, in a process of their own: `fork()` this file, see `start-server.js`.
 * Loopback only, plain node:http, and no more work per request than the measurements need.
 *
 *   POST /{chain}/oauth/v2/token   a token; counted, late by `latencyMs`, 503 while the service is down, nothing at all
 *                                  while the chain hangs, 429 above the `limit`
 *   GET  /{chain}/clubs            200 with a collection for a live token of that chain, else 401; both counted
 */
import { createServer } from 'node:http';

const PAGE = JSON.stringify({
  '@context': '/contexts/Club',
  '@type': 'hydra:Collection',
  'hydra:member': Array.from({ length: 5 }, (_, n) => ({
    '@id': `/chain/clubs/${n}`,
    '@type': 'Club',
    id: n,
    name: `Club ${n}`,
    locale: 'fr_FR',
    timezone: 'Europe/Paris',
  })),
  'hydra:totalItems': 5,
});
/** A token is about as long as one of the API's: an RS256 JWT. */
const SIGNATURE = 's'.repeat(342);
const PADDING = 'p'.repeat(240);

const DEFAULTS = { lifetimeS: 3600, latencyMs: 0, limit: undefined };
let settings = DEFAULTS;
let stats;
let issued = 0;
let isDown = false;
let hanging = new Set();
/** The window of the limit that requests count in: it begins with its first request. */
let window = { left: 0, resetAt: 0 };
/** When a live token ends, by chain and token. */
const live = new Map();
reset();

const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
  const [, chain, ...rest] = request.url.split('/');
  if (rest[0] === 'clubs') return api(chain, request, response);
  if (rest.join('/') !== 'oauth/v2/token') return json(response, 404, '{}');
  request.resume();
  request.on('end', () => token(chain, response));
});

function api(chain, { headers: { authorization = '' } }, response) {
  const end = live.get(`${chain} ${authorization.slice(7)}`);
  const isLive = end !== undefined && Date.now() < end;
  stats[isLive ? 'served' : 'unauthorized'] += 1;
  if (isLive) return json(response, 200, PAGE);
  response.setHeader('WWW-Authenticate', 'Bearer');
  json(response, 401, '{"code":401,"message":"Expired JWT Token"}');
}

function token(chain, response) {
  stats.tokenRequests += 1;
  if (hanging.has(chain)) return;
  if (settings.limit !== undefined && !isWithinLimit(settings.limit, response)) {
    stats.refused += 1;
    return json(response, 429, '{"message":"Rate limit exceeded","http_status_code":429}');
  }
  // Issued, and counting, before the answer sets out: a slow answer eats into the lifetime, as it does in reality.
  const answer = isDown ? undefined : issue(chain);
  const send = () => {
    if (answer === undefined) json(response, 503, '{"message":"Service Unavailable"}');
    else json(response, 200, answer);
  };
  if (settings.latencyMs === 0) send();
  else setTimeout(send, settings.latencyMs);
}

function isWithinLimit({ requests, periodMs }, response) {
  const now = Date.now();
  if (now >= window.resetAt) window = { left: requests, resetAt: now + periodMs };
  const isWithin = window.left > 0;
  if (isWithin) window.left -= 1;
  response.setHeader('X-Rate-Limit-Limit', requests);
  response.setHeader('X-Rate-Limit-Remaining', window.left);
  response.setHeader('X-Rate-Limit-Reset', window.resetAt);
  // It counts in seconds: too coarse for windows that are this short.
  response.sendDate = false;
  return isWithin;
}

function issue(chain) {
  const { lifetimeS } = settings;
  const now = Date.now();
  const iat = Math.floor(now / 1000);
  issued += 1;
  const claims = { jti: `${issued}`, iat, exp: iat + lifetimeS, client_token: chain, roles: PADDING };
  const value = `${encode({ typ: 'JWT', alg: 'RS256' })}.${encode(claims)}.${SIGNATURE}`;
  live.set(`${chain} ${value}`, now + lifetimeS * 1000);
  return JSON.stringify({ access_token: value, expires_in: lifetimeS, token_type: 'bearer' });
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function json(response, status, body) {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

function reset() {
  stats = { tokenRequests: 0, served: 0, unauthorized: 0, refused: 0 };
}

/** What the parent may ask; each is answered with the statistics. */
const commands = {
  stats: () => undefined,
  reset: (changes) => {
    settings = { ...DEFAULTS, ...changes };
    isDown = false;
    hanging = new Set();
    window = { left: 0, resetAt: 0 };
    live.clear();
    reset();
  },
  down: (value) => {
    isDown = value;
  },
  hang: (chains) => {
    hanging = new Set(chains);
  },
};

process.on('message', ({ id, command, argument }) => {
  commands[command](argument);
  process.send({ id, stats });
});
// The parent is gone, however it went: so are we.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
