import { OwnProcess } from './own-process.js';

/** The `redis-server` of the PATH, for this machine alone. It writes nothing to the disk. */
export class OwnRedis {
  readonly process: OwnProcess;
  #lastLine = '';

  constructor(readonly port: number) {
    this.process = new OwnProcess({
      command: 'redis-server',
      args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      readyLine: /Ready to accept connections/,
      onLine: (line) => (this.#lastLine = line),
    });
  }

  /**
   * Resolves when it takes connections.
   * @throws Error with a line for people where it does not start
   */
  async ready(): Promise<void> {
    try {
      await this.process.ready();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const text =
        code === 'ENOENT'
          ? 'There is no redis-server on the PATH. Install redis-server, or set REDIS_URL to a Redis that runs.'
          : `redis-server did not start (${message}). Its last line: ${this.#lastLine}`;
      throw new Error(text, { cause: error });
    }
  }
}
