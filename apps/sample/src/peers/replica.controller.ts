import { Controller, Get, type OnModuleInit } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ResamaniaTokenService } from 'nestjs-resamania-auth';

import { OwnReport } from './own-report.js';
import type { ReplicaReport } from './replica-report.js';

const REPORT: ReplicaReport = {
  name: '1',
  pid: 4711,
  store: 'up',
  chains: [
    {
      tenant: 'demoapi',
      origin: 'store',
      at: '2026-11-24T17:42:10.000Z',
      expiresAt: '2026-11-24T18:42:10.000Z',
      renewed: 2,
      adopted: 5,
    },
  ],
};

@ApiTags('replica')
@Controller('replica')
export class ReplicaController implements OnModuleInit {
  constructor(
    private readonly own: OwnReport,
    private readonly tokens: ResamaniaTokenService,
  ) {}

  onModuleInit(): void {
    this.tokens.events$.subscribe((event) => this.own.note(event));
  }

  @Get()
  @ApiOperation({ summary: 'What this replica has renewed and adopted, and how it sees the shared store' })
  @ApiOkResponse({ example: REPORT })
  report(): ReplicaReport {
    return this.own.describe();
  }
}
