import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';

import { ChainsController } from './chains.controller.js';
import { ClassesService } from './classes.service.js';
import { ClubsService } from './clubs.service.js';
import { ResamaniaErrorsInterceptor } from './resamania-errors.interceptor.js';

@Module({
  controllers: [ChainsController],
  providers: [
    ClubsService,
    ClassesService,
    { provide: APP_INTERCEPTOR, useClass: ResamaniaErrorsInterceptor },
  ],
})
export class ChainsModule {}
