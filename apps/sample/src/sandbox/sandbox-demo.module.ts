import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';

import { EmbeddedSandbox } from './embedded-sandbox.js';
import { FaultsController } from './faults.controller.js';
import { SandboxDemo } from './sandbox-demo.js';

/** Global, so that the page finds the demo where there is one, and does without it where there is none. */
@Global()
@Module({ controllers: [FaultsController], providers: [SandboxDemo], exports: [SandboxDemo] })
export class SandboxDemoModule {
  /** An application, with the sandbox that it talks to beside it. */
  static around(application: Type, sandbox: EmbeddedSandbox): DynamicModule {
    return {
      module: SandboxDemoModule,
      imports: [application],
      providers: [{ provide: EmbeddedSandbox, useValue: sandbox }],
    };
  }
}
