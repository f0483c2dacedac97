import { Controller, Get, Module } from '@nestjs/common';
import { ResamaniaTokenService, type TenantTokenStatus } from 'nestjs-resamania-auth';

@Controller('tokens')
export class TokensController {
  constructor(private readonly tokens: ResamaniaTokenService) {}

  /** The state of every chain's token: obtained, expires, next renewal. Never the token. */
  @Get()
  status(): TenantTokenStatus[] {
    return this.tokens.status();
  }
}

@Module({ controllers: [TokensController] })
export class TokensModule {}
