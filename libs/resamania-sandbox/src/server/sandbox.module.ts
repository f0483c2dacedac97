import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ChainlessTokenController } from './chainless-token.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { ResourceController } from './resource.controller.js';
import { TokenController } from './token.controller.js';
import { UnknownEndpointController } from './unknown-endpoint.controller.js';

/** Wires one sandbox's parts to the routes. */
@Module({})
export class SandboxModule {
  /** The module for these parts, each provided under its own class. */
  static register(parts: readonly object[], options: { tokenPathWithoutChain: boolean }): DynamicModule {
    const providers: Provider[] = parts.map((part) => ({ provide: part.constructor, useValue: part }));
    return {
      module: SandboxModule,
      controllers: [
        TokenController,
        ...(options.tokenPathWithoutChain ? [ChainlessTokenController] : []),
        ResourceController,
        UnknownEndpointController,
      ],
      providers: [...providers, { provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
