import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Answer } from '../exchange/answer.js';
import type { SandboxResponse } from '../exchange/exchange.js';
import type { JournalOutcome } from '../journal/journal-entry.js';
import { ApiProblem } from '../resources/api-problem.js';
import { hydraError } from '../resources/hydra.js';

const OUTCOMES: Readonly<Record<number, JournalOutcome>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  500: 'error',
};

/** Words every failure the API's way. One that is nobody's fault but the sandbox's is logged and becomes a 500. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('ResamaniaSandbox');

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const { exchange } = host.switchToHttp().getResponse<SandboxResponse>().locals;
    const answer = this.answer(error);
    if (exchange.response.headersSent) exchange.request.socket.destroy();
    else await exchange.deliver(answer, OUTCOMES[answer.status] ?? 'bad-request');
  }

  private answer(error: unknown): Answer {
    if (error instanceof ApiProblem) return error.answer;
    if (error instanceof HttpException) return hydraError(error.getStatus(), error.message);
    this.logger.error(error);
    return hydraError(500, 'The sandbox failed');
  }
}
