import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ResamaniaExceptionFilter } from 'nestjs-resamania-auth';

import { ChainController, ChainsController } from './chains.controller.js';
import { ChainsService } from './chains.service.js';

@Module({
  controllers: [ChainsController, ChainController],
  providers: [ChainsService, { provide: APP_FILTER, useClass: ResamaniaExceptionFilter }],
})
export class ChainsModule {}
