import { Controller, Post, Res } from '@nestjs/common';
import { ChainRegistry } from '../chains/chain-registry.js';
import type { SandboxResponse } from '../exchange/exchange.js';
import { Journal } from '../journal/journal.js';
import { TokenEndpoint } from '../oauth/token-endpoint.js';
import { readTokenFields } from '../oauth/token-fields.js';
import { grant } from './token.controller.js';

/** The token URL without a chain, as two of the vendor's pages print it: the client id tells the chain. */
@Controller('oauth/v2/token')
export class ChainlessTokenController {
  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly chains: ChainRegistry,
    private readonly journal: Journal,
  ) {}

  @Post()
  async post(@Res() { locals: { exchange } }: SandboxResponse): Promise<void> {
    const clientId = readTokenFields(exchange.request)['client_id'];
    const chain = this.chains.findByClientId(clientId);
    if (chain) this.journal.assign(exchange.entry, chain.clientToken);
    await grant(this.endpoint, exchange, chain);
  }
}
