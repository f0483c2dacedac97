import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request as it arrived. */
export interface Recorded {
  readonly method: string;
  /** Path and query, as on the wire. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as on the wire. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Answers a request; it need not, if the test wants the client to wait. */
export type Responder = (request: Recorded, response: ServerResponse) => void;

/** A small HTTP server on 127.0.0.1 that keeps every request. It answers `{}` unless told otherwise. */
export class RecordingServer {
  readonly seen: Recorded[] = [];
  respond: Responder = sendJson(200, {});
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<RecordingServer> {
    const recorder = new RecordingServer();
    await new Promise<void>((resolve) => {
      recorder.#server.listen(0, '127.0.0.1', resolve);
    });
    return recorder;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The last request. */
  get last(): Recorded {
    const last = this.seen.at(-1);
    if (last === undefined) throw new Error('no request arrived');
    return last;
  }

  /** Forgets what was seen, and how to answer. */
  reset(): void {
    this.seen.length = 0;
    this.respond = sendJson(200, {});
  }

  /** Resolves when this many requests have arrived in all. */
  async arrived(count: number): Promise<void> {
    while (this.seen.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers, rawHeaders } = request;
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    const recorded = { method, path, headers, rawHeaders, body };
    this.seen.push(recorded);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    this.respond(recorded, response);
  }
}

/** Answers with JSON. */
export function sendJson(status: number, body: unknown, headers: Record<string, string> = {}): Responder {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers with text. */
export function sendText(status: number, body: string, headers: Record<string, string> = {}): Responder {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers });
    response.end(body);
  };
}
