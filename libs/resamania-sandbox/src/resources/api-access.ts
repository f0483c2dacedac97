import type { ChainRegistry } from '../chains/chain-registry.js';
import type { Chain } from '../chains/chain.js';
import { jsonAnswer } from '../exchange/answer.js';
import type { Exchange } from '../exchange/exchange.js';
import type { IssuedToken, TokenLedger } from '../oauth/token-ledger.js';
import { ApiProblem, itemNotFound } from './api-problem.js';

/** The words in which the resource server refuses a bearer. */
export type BearerErrors = 'lexik' | 'oauth2';

type Refusal = 'JWT Token not found' | 'Expired JWT Token' | 'Invalid JWT Token';

const IN_FRENCH: Record<Refusal, string> = {
  'JWT Token not found': 'Une authentification est requise.',
  'Expired JWT Token': "Le jeton d'accès est périmé.",
  'Invalid JWT Token': "Le jeton d'accès n'est pas valable.",
};

/** Decides who may call the API, and in which context. */
export class ApiAccess {
  readonly #chains: ChainRegistry;
  readonly #ledger: TokenLedger;
  readonly #bearerErrors: BearerErrors;
  readonly #now: () => number;

  constructor(chains: ChainRegistry, ledger: TokenLedger, bearerErrors: BearerErrors, now: () => number) {
    this.#chains = chains;
    this.#ledger = ledger;
    this.#bearerErrors = bearerErrors;
    this.#now = now;
  }

  /**
   * Checks chain, bearer and context headers.
   * @throws ApiProblem 404 for an unknown chain or context, 401 for the bearer
   */
  check(exchange: Exchange): Chain {
    const chain = this.#chains.find(exchange.entry.clientToken);
    if (!chain) throw itemNotFound();
    const token = this.#token(exchange.header('authorization'), chain);
    if (typeof token === 'string') throw this.#unauthorized(token);
    exchange.entry.authorized = true;
    if (token.principal.kind === 'client') checkContext(exchange, chain);
    return chain;
  }

  /**
   * The token behind an `Authorization` header, or why there is none. Every token is on record byte for byte, which
   * is a stricter test than its signature and costs one look-up.
   */
  #token(authorization: string, chain: Chain): IssuedToken | Refusal {
    if (!authorization.startsWith('Bearer ')) return 'JWT Token not found';
    const token = this.#ledger.find(authorization.slice('Bearer '.length));
    if (!token || token.revoked || token.clientToken !== chain.clientToken) return 'Invalid JWT Token';
    return this.#now() < token.expiresAt ? token : 'Expired JWT Token';
  }

  #unauthorized(message: Refusal): ApiProblem {
    if (this.#bearerErrors === 'lexik') {
      return new ApiProblem(jsonAnswer(401, { code: 401, message }, { 'www-authenticate': 'Bearer' }));
    }
    const error = message === 'JWT Token not found' ? 'access_denied' : 'invalid_grant';
    const challenge = { 'www-authenticate': `Bearer realm="Service", error="${error}"` };
    return new ApiProblem(jsonAnswer(401, { error, error_description: IN_FRENCH[message] }, challenge));
  }
}

/**
 * An application's token may name the club and the network node it speaks for, each by its IRI. Where the chain has a
 * network, it must name the node.
 */
function checkContext(exchange: Exchange, chain: Chain): void {
  const { clubs, network_nodes: networkNodes } = chain.collections;
  const club = exchange.header('x-user-club-id');
  const networkNode = exchange.header('x-user-network-node-id');
  if (club && !clubs.has(club)) throw itemNotFound();
  if (networkNode ? !networkNodes.has(networkNode) : chain.hasNetwork) throw itemNotFound();
}
