import type { ServerResponse } from 'node:http';
import type { ChainRegistry } from '../chains/chain-registry.js';
import { gatewayAnswer, textAnswer } from '../exchange/answer.js';
import { Exchange, type SandboxRequest } from '../exchange/exchange.js';
import type { FaultPlayer } from '../faults/fault-player.js';
import type { FaultScript } from '../faults/fault-script.js';
import type { JournalEntry, PrincipalKind, Surface } from '../journal/journal-entry.js';
import type { Journal } from '../journal/journal.js';
import { CLUB_GRANT, CONTACT_GRANT } from '../oauth/principal.js';
import { readTokenFields } from '../oauth/token-fields.js';
import type { TokenLedger } from '../oauth/token-ledger.js';
import type { ApiKeys } from './api-keys.js';
import type { RateLimiter } from './rate-limiter.js';
import { readPath } from './request-path.js';

/** What the gateway works with. */
export interface GatewayParts {
  /** Empty, or a slash and the environment's name. */
  readonly prefix: string;
  readonly keys: ApiKeys;
  readonly limiter: RateLimiter;
  readonly scripts: Readonly<Record<Surface, FaultScript>>;
  readonly latencyMs: Readonly<Record<Surface, number>>;
  readonly player: FaultPlayer;
  readonly chains: ChainRegistry;
  readonly ledger: TokenLedger;
  readonly journal: Journal;
  readonly now: () => number;
}

const AUTH_HEADERS = ['authorization', 'x-gravitee-api-key', 'x-user-club-id', 'x-user-network-node-id'];

/** What stands in front of token endpoint and API: journal, environment prefix, faults, key, limits. */
export class Gateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** Enters a request in the journal as it arrives, and sees to its end there. */
  open(request: SandboxRequest, response: ServerResponse): Exchange {
    const { journal, chains, now } = this.#parts;
    const { path, surface, clientToken } = readPath(request.url ?? '/', this.#parts.prefix);
    const chain = chains.find(clientToken);
    const entry = journal.begin({
      at: now(),
      surface,
      ...(chain ? { clientToken: chain.clientToken } : {}),
      method: request.method ?? '',
      path,
      authHeaders: AUTH_HEADERS.filter((name) => request.headers[name] !== undefined),
      ...contextOf(request),
      ...(surface === 'api' ? this.#presented(request) : {}),
    });
    response.once('close', () => journal.end(entry));
    return new Exchange(request, response, entry);
  }

  /**
   * Lets a request through, its URL freed of the prefix, or settles it here. Resolves to whether it is to go on.
   * To be called once the body is read.
   */
  async admit(exchange: Exchange): Promise<boolean> {
    const { prefix, scripts, latencyMs, player } = this.#parts;
    const { request, entry } = exchange;
    const { target } = readPath(request.url ?? '/', prefix);
    if (target === undefined) {
      await exchange.deliver(textAnswer(404, 'No context-path matches the request URI.'), 'wrong-prefix');
      return false;
    }
    if (entry.surface === 'token') noteGrant(exchange);
    const fault = scripts[entry.surface].take(entry.clientToken);
    await exchange.sleep(latencyMs[entry.surface]);
    if (fault && (await player.play(fault, exchange))) return false;
    if (exchange.closed || (await this.#refuse(exchange))) return false;
    request.url = target;
    return true;
  }

  async #refuse(exchange: Exchange): Promise<boolean> {
    const { keys, limiter } = this.#parts;
    const accept = exchange.header('accept');
    if (!keys.accepts(exchange.header('x-gravitee-api-key'))) {
      await exchange.deliver(gatewayAnswer(401, 'Unauthorized', accept), 'gateway-unauthorized');
      return true;
    }
    const { refusedBy, headers } = limiter.take();
    exchange.gatewayHeaders = headers;
    if (!refusedBy) return false;
    await exchange.deliver(gatewayAnswer(429, `Too many requests (${refusedBy})`, accept), 'rate-limited');
    return true;
  }

  /** The token behind the bearer, whatever becomes of the request. */
  #presented(request: SandboxRequest): Partial<JournalEntry> {
    const bearer = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const token = this.#parts.ledger.find(bearer);
    return token ? { tokenSerial: token.serial, principalKind: token.principal.kind } : {};
  }
}

function contextOf({ headers }: SandboxRequest): Partial<JournalEntry> {
  const clubId = headers['x-user-club-id'];
  const networkNodeId = headers['x-user-network-node-id'];
  return {
    ...(clubId === undefined ? {} : { clubId: String(clubId) }),
    ...(networkNodeId === undefined ? {} : { networkNodeId: String(networkNodeId) }),
  };
}

const PRINCIPAL_OF_GRANT: Readonly<Record<string, PrincipalKind>> = {
  client_credentials: 'client',
  [CLUB_GRANT]: 'club',
  [CONTACT_GRANT]: 'contact',
};

function noteGrant({ entry, request }: Exchange): void {
  const grantType = readTokenFields(request)['grant_type']?.slice(0, 64);
  if (grantType === undefined) return;
  entry.grantType = grantType;
  const kind = PRINCIPAL_OF_GRANT[grantType];
  if (kind) entry.principalKind = kind;
}
