import {
  type DynamicModule,
  Global,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ResamaniaTokenService } from 'nestjs-resamania-auth';

import { OwnReport } from './own-report.js';
import { askWithin, ReplicaBoard } from './replica-board.js';
import { ReplicaController } from './replica.controller.js';

/** From one look at all replicas to the next, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** A replica that has not answered by then counts as gone, in milliseconds. */
const PATIENCE_MS = 800;

/** Global, so that the page finds the board where there is one, and does without it where there is none. */
@Global()
@Module({ controllers: [ReplicaController] })
export class PeersModule implements OnApplicationBootstrap, OnApplicationShutdown {
  #looking: NodeJS.Timeout | undefined;

  constructor(private readonly board: ReplicaBoard) {}

  /**
   * For one of several replicas.
   * @param name - Its own: they are counted from 1.
   * @param urls - Where all of them are, in their order.
   */
  static among(name: string, urls: readonly string[]): DynamicModule {
    return {
      module: PeersModule,
      providers: [
        { provide: ReplicaBoard, useFactory: () => new ReplicaBoard(name, urls, askWithin(PATIENCE_MS)) },
        {
          provide: OwnReport,
          useFactory: (tokens: ResamaniaTokenService) => new OwnReport(name, () => tokens.sharedStatus()),
          inject: [ResamaniaTokenService],
        },
      ],
      exports: [ReplicaBoard],
    };
  }

  onApplicationBootstrap(): void {
    this.#looking = setInterval(() => void this.board.look(), LOOK_EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#looking);
  }
}
