import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ResamaniaExceptionFilter } from 'nestjs-resamania-auth';

import { ChainsController } from './chains.controller.js';
import { ClassesService } from './classes.service.js';
import { ClubsService } from './clubs.service.js';

@Module({
  controllers: [ChainsController],
  providers: [ClubsService, ClassesService, { provide: APP_FILTER, useClass: ResamaniaExceptionFilter }],
})
export class ChainsModule {}
