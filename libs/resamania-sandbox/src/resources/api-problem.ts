import type { Answer } from '../exchange/answer.js';
import { hydraError } from './hydra.js';

/** A request that the API refuses, with the answer that says so. */
export class ApiProblem extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`The API answers ${answer.status}`);
    this.name = 'ApiProblem';
    this.answer = answer;
  }
}

/** What the API says to an unknown chain, id or context: they all look the same. */
export function itemNotFound(): ApiProblem {
  return new ApiProblem(hydraError(404, 'Item not found', { detail: 'Item not found' }));
}

/** What it says to a URL that it does not know, or does not grant. */
export function endpointForbidden(): ApiProblem {
  return new ApiProblem(hydraError(403, 'api.error.scope.unauthorized-endpoint'));
}
