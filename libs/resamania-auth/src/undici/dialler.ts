import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import { buildConnector, Client, type Dispatcher } from 'undici';

/** How many idle connections are kept for an origin, as Node's agent does. */
const MAX_IDLE = 256;

/** Who wants a connection. */
export interface Caller {
  /** Told when a new connection is being made. */
  dials(socket: Socket): void;
  /** Given what to call once the connection is no longer needed. */
  leases(release: () => void): void;
}

/**
 * Keep-alive connections, a pool per origin. undici's own pool takes a connection for busy until the next turn of the
 * event loop, and opens another one to a caller who goes on at once: callers one after the other would have two. Here
 * the one that was used last is used next, and such a call waits for that turn.
 *
 * A call that needs a new connection gets to know its socket, so that it can hang up before anybody has answered: undici
 * would go on dialling.
 */
export class Dialler {
  readonly #connect: buildConnector.connector;
  readonly #clients = new Set<Client>();
  readonly #idle = new Map<string, Client[]>();
  #caller: Caller | undefined;

  constructor(tls: ConnectionOptions = {}) {
    // A time-out is the caller's to set: undici has none of its own here.
    const dial = buildConnector({ ...(tls as buildConnector.BuildOptions), timeout: 0 });
    this.#connect = (options, callback) => {
      const socket: unknown = dial(options, callback);
      if (socket instanceof Socket) this.#caller?.dials(socket);
    };
  }

  dispatch(
    origin: string,
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Caller,
  ): void {
    const client = this.#idle.get(origin)?.pop() ?? this.#open(origin);
    handler.leases(() => this.#keep(origin, client));
    this.#caller = handler;
    try {
      // A client that has no connection yet dials within this call.
      client.dispatch(options, handler);
    } finally {
      this.#caller = undefined;
    }
  }

  /** Lets calls that are under way finish, then closes all connections. */
  async close(): Promise<void> {
    this.#idle.clear();
    await Promise.all([...this.#clients].map((client) => this.#retire(client)));
  }

  /** One client, one connection. */
  #open(origin: string): Client {
    const client = new Client(origin, { connect: this.#connect, headersTimeout: 0, bodyTimeout: 0 });
    const drop = () => this.#dropIdle(origin, client);
    client.on('disconnect', drop).on('connectionError', drop);
    this.#clients.add(client);
    return client;
  }

  #keep(origin: string, client: Client): void {
    if (client.closed || client.destroyed) return;
    const idle = this.#idle.get(origin);
    if (idle === undefined) this.#idle.set(origin, [client]);
    else if (idle.length < MAX_IDLE) idle.push(client);
    else void this.#retire(client);
  }

  /** Forgets a client without a connection, unless somebody has it: it will connect again for them. */
  #dropIdle(origin: string, client: Client): void {
    const idle = this.#idle.get(origin);
    const at = idle?.indexOf(client) ?? -1;
    if (idle === undefined || at === -1) return;
    idle.splice(at, 1);
    if (idle.length === 0) this.#idle.delete(origin);
    void this.#retire(client);
  }

  async #retire(client: Client): Promise<void> {
    this.#clients.delete(client);
    // Closing one that is closed already is no failure.
    await client.close().catch(() => undefined);
  }
}
