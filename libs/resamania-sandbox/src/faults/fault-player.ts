import { gatewayAnswer } from '../exchange/answer.js';
import type { Exchange } from '../exchange/exchange.js';
import type { Fault } from './fault.js';
import { rateLimitedAnswer } from './rate-limited-answer.js';

/** Acts faults out on requests. */
export class FaultPlayer {
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Acts one fault out. Resolves to whether the request is settled; if not, its normal answer is to follow. */
  async play(fault: Fault, exchange: Exchange): Promise<boolean> {
    exchange.entry.fault = fault.kind === 'answer' ? fault.name : fault.kind;
    switch (fault.kind) {
      case 'delay':
        await exchange.sleep(fault.ms);
        return fault.followedBy ? this.play(fault.followedBy, exchange) : exchange.closed;
      case 'token-answer':
        exchange.tokenChanges = fault;
        return false;
      case 'slow-body':
      case 'truncated':
        exchange.passage = fault;
        return false;
      default:
        await this.#settle(fault, exchange);
        return true;
    }
  }

  async #settle(
    fault: Exclude<Fault, { kind: 'delay' | 'token-answer' | 'slow-body' | 'truncated' }>,
    exchange: Exchange,
  ): Promise<void> {
    exchange.entry.outcome = 'fault';
    const accept = exchange.header('accept');
    switch (fault.kind) {
      case 'hang':
        return;
      case 'reset':
        exchange.request.socket.resetAndDestroy();
        return;
      case 'oversized':
        return sendOversized(exchange, fault.bytes);
      case 'gateway':
        return exchange.deliver(gatewayAnswer(fault.status, fault.message, accept, fault.format), 'fault');
      case 'rate-limited':
        return exchange.deliver(rateLimitedAnswer(fault.limits, accept, this.#now()), 'fault');
      case 'answer':
        return exchange.deliver(fault, 'fault');
    }
  }
}

const PIECE = 'x'.repeat(64 * 1024);

/** Streams valid JSON of the wanted size, no faster than the client reads. */
async function sendOversized(exchange: Exchange, bytes: number): Promise<void> {
  const { response } = exchange;
  exchange.entry.status = 200;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"padding":"');
  for (let sent = 0; sent < bytes && !exchange.closed; sent += PIECE.length) {
    const room = response.write(PIECE.slice(0, bytes - sent));
    if (!room) await drained(exchange);
  }
  if (!exchange.closed) response.end('"}');
}

function drained({ response }: Exchange): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
