import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** A way to a server of this machine that takes its time, in each direction. */
export class DistantServer {
  eachWayMs = 0;
  readonly #server: Server;

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      const later = (write: () => void) => setTimeout(write, this.eachWayMs);
      near.on('data', (chunk) => later(() => far.write(chunk)));
      far.on('data', (chunk) => later(() => near.write(chunk)));
      near.on('close', () => far.destroy()).on('error', () => far.destroy());
      far.on('close', () => near.destroy()).on('error', () => near.destroy());
    });
  }

  static async before(port: number): Promise<DistantServer> {
    const distant = new DistantServer(port);
    distant.#server.listen(0, '127.0.0.1');
    await once(distant.#server, 'listening');
    return distant;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
  }
}
