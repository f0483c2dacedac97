import { Controller, Get, Module } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ResamaniaTokenService, type TenantTokenStatus } from 'nestjs-resamania-auth';

const STATUS = {
  tenant: 'demoapi',
  state: 'valid',
  refreshing: false,
  obtained: 3,
  obtainedAt: '2026-11-24T17:00:00.000Z',
  expiresAt: '2026-11-24T18:00:00.000Z',
  usableUntil: '2026-11-24T17:59:00.000Z',
  nextRefreshAt: '2026-11-24T17:42:10.000Z',
};

@ApiTags('tokens')
@Controller('tokens')
export class TokensController {
  constructor(private readonly tokens: ResamaniaTokenService) {}

  /** The state of every chain's token: obtained, expires, next renewal. Never the token. */
  @Get()
  @ApiOperation({ summary: "The state of every chain's token, never the token itself" })
  @ApiOkResponse({ example: [STATUS] })
  status(): TenantTokenStatus[] {
    return this.tokens.status();
  }
}

@Module({ controllers: [TokensController] })
export class TokensModule {}
