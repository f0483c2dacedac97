import { Controller, Get, Post, Res } from '@nestjs/common';
import { ChainRegistry } from '../chains/chain-registry.js';
import type { Chain } from '../chains/chain.js';
import type { Exchange, SandboxResponse } from '../exchange/exchange.js';
import { TokenEndpoint } from '../oauth/token-endpoint.js';
import { readTokenFields } from '../oauth/token-fields.js';
import { itemNotFound } from '../resources/api-problem.js';

/** Routes of the token endpoint. GET works on the real server too, and puts the secret in the URL. */
@Controller(':chain/oauth/v2/token')
export class TokenController {
  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly chains: ChainRegistry,
  ) {}

  @Post()
  async post(@Res() { locals: { exchange } }: SandboxResponse): Promise<void> {
    await grant(this.endpoint, exchange, this.chain(exchange));
  }

  @Get()
  async get(@Res() { locals: { exchange } }: SandboxResponse): Promise<void> {
    await grant(this.endpoint, exchange, this.chain(exchange));
  }

  private chain({ entry }: Exchange): Chain {
    const chain = this.chains.find(entry.clientToken);
    if (!chain) throw itemNotFound();
    return chain;
  }
}

/** Grants or refuses, and notes in the journal what came of it. */
export async function grant(
  endpoint: TokenEndpoint,
  exchange: Exchange,
  chain: Chain | undefined,
): Promise<void> {
  const { entry } = exchange;
  const { answer, issued, error } = await endpoint.answer({
    chain,
    fields: readTokenFields(exchange.request),
    authorization: exchange.header('authorization'),
    changes: exchange.tokenChanges,
  });
  if (issued) {
    entry.authorized = true;
    entry.tokenSerial = issued.serial;
    entry.principalKind = issued.principal.kind;
  }
  if (error !== undefined) entry.error = error;
  await exchange.deliver(answer, issued ? 'issued' : 'oauth-error');
}
