import { Global, Module } from '@nestjs/common';

import { EmbeddedSandboxModule } from './embedded-sandbox.module.js';
import { FaultsController } from './faults.controller.js';
import { SandboxDemo } from './sandbox-demo.js';

/** Global, so that the page finds the demo where there is one, and does without it where there is none. */
@Global()
@Module({
  imports: [EmbeddedSandboxModule],
  controllers: [FaultsController],
  providers: [SandboxDemo],
  exports: [SandboxDemo],
})
export class SandboxDemoModule {}
