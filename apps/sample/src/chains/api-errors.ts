import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

/** What `ResamaniaExceptionFilter` answers: the status, what it means, and an example of `code`. */
const ERRORS = [
  [429, 'Too Many Requests', 'Too many requests to Resamania', 'api_rate_limited'],
  [502, 'Bad Gateway', 'Resamania refused the request', 'credentials_rejected'],
  [503, 'Service Unavailable', 'Resamania is out of reach for now', 'service_unavailable'],
  [504, 'Gateway Timeout', 'Resamania did not answer in time', 'api_timeout'],
] as const;

const RETRY_AFTER = {
  'Retry-After': {
    description: 'In how many seconds it is worth another try, where that is known',
    schema: { type: 'integer', minimum: 1 },
  },
} as const;

/** Documents how a call of Resamania may fail. */
export function ApiResamaniaErrors(): MethodDecorator {
  return applyDecorators(
    ...ERRORS.map(([status, error, message, code]) =>
      ApiResponse({
        status,
        description: message,
        headers: RETRY_AFTER,
        content: { 'application/json': { example: { statusCode: status, error, message, code } } },
      }),
    ),
  );
}
