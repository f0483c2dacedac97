import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import { ResamaniaAuthModule, resamaniaConfig } from 'nestjs-resamania-auth';

import { ChainsModule } from './chains/chains.module.js';
import { PageModule } from './page/page.module.js';
import { TokensModule } from './tokens/tokens.module.js';

@Module({
  imports: [
    ConfigModule.forRoot(),
    ScheduleModule.forRoot(),
    // Credentials from the environment, and what else there is to say in code.
    ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider({ quotaWarningShare: 0.9 })),
    ChainsModule,
    TokensModule,
    PageModule,
  ],
})
export class AppModule {}
