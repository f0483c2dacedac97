import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ResamaniaTokenService, type TenantTokenStatus } from 'nestjs-resamania-auth';

import { StatusGuard } from './status.guard.js';

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
@ApiBearerAuth()
@Controller('tokens')
@UseGuards(StatusGuard)
export class TokensController {
  constructor(private readonly tokens: ResamaniaTokenService) {}

  /** The state of every chain's token: obtained, expires, next renewal. Never the token. */
  @Get()
  @ApiOperation({ summary: "The state of every chain's token, never the token itself" })
  @ApiOkResponse({ example: [STATUS] })
  @ApiForbiddenResponse({
    description: 'Not from this machine, or without the bearer that STATUS_TOKEN is set to',
  })
  status(): TenantTokenStatus[] {
    return this.tokens.status();
  }
}

@Module({ controllers: [TokensController] })
export class TokensModule {}
