import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import { Agent, buildConnector, type Dispatcher } from 'undici';

/** Who wants a connection. */
export interface Caller {
  dials(socket: Socket): void;
}

/**
 * Keep-alive connections, a pool per origin. A call that needs a new connection gets to know its socket, so that it can
 * hang up before anybody has answered: undici would go on dialling.
 */
export class Dialler {
  readonly #agent: Agent;
  #caller: Caller | undefined;

  constructor(tls: ConnectionOptions = {}) {
    // A time-out is the caller's to set: undici has none of its own here.
    const dial = buildConnector({ ...(tls as buildConnector.BuildOptions), timeout: 0 });
    const connect: buildConnector.connector = (options, callback) => {
      const socket: unknown = dial(options, callback);
      if (socket instanceof Socket) this.#caller?.dials(socket);
    };
    this.#agent = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler & Caller): void {
    this.#caller = handler;
    try {
      // A client that has no connection yet dials within this call.
      this.#agent.dispatch(options, handler);
    } finally {
      this.#caller = undefined;
    }
  }

  /** Lets calls that are under way finish, then closes all connections. */
  close(): Promise<void> {
    return this.#agent.close();
  }
}
