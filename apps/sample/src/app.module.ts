import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import { hasResamaniaEnvironment, ResamaniaAuthModule, resamaniaConfig } from 'nestjs-resamania-auth';

import { ChainsModule } from './chains/chains.module.js';
import { PageModule } from './page/page.module.js';
import { EmbeddedSandbox, EmbeddedSandboxModule } from './sandbox/embedded-sandbox.module.js';
import { SandboxDemoModule } from './sandbox/sandbox-demo.module.js';
import { TokensModule } from './tokens/tokens.module.js';

/** The sample: the API of `RESAMANIA_*` where that is set, an embedded sandbox where it is not. */
@Module({})
export class AppModule {
  static forEnvironment(env: NodeJS.ProcessEnv): DynamicModule {
    const auth = hasResamaniaEnvironment(env) ? configuredApi() : sandboxApi();
    return {
      module: AppModule,
      imports: [ScheduleModule.forRoot(), ...auth, ChainsModule, TokensModule, PageModule],
    };
  }
}

/** What an application of yours does: credentials from the environment, and what else there is to say in code. */
function configuredApi(): DynamicModule['imports'] & object {
  return [
    ConfigModule.forRoot({ isGlobal: true }),
    ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider({ quotaWarningShare: 0.9 })),
  ];
}

/** The same options, from a sandbox that starts with the application and ends with it, and that the page can break. */
function sandboxApi(): DynamicModule['imports'] & object {
  return [
    ConfigModule.forRoot({ isGlobal: true }),
    ResamaniaAuthModule.forRootAsync({
      imports: [EmbeddedSandboxModule],
      inject: [EmbeddedSandbox, ConfigService],
      useFactory: (sandbox: EmbeddedSandbox, config: ConfigService) =>
        sandbox.start(Number(config.get('SANDBOX_TOKENS_LIVE') ?? 20)),
    }),
    SandboxDemoModule,
  ];
}
