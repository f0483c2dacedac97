import {
  BadGatewayException,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { isAxiosError } from 'axios';
import { ResamaniaAuthError, ResamaniaTenantError } from 'nestjs-resamania-auth';
import { catchError, type Observable, throwError } from 'rxjs';

/** Turns what goes wrong on the way to Resamania into answers that say as much as a client of this app should know. */
@Injectable()
export class ResamaniaErrorsInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError((error: unknown) => throwError(() => toHttpException(error))));
  }
}

function toHttpException(error: unknown): unknown {
  if (error instanceof ResamaniaTenantError)
    return new NotFoundException('There is no club chain of that name');
  if (error instanceof ResamaniaAuthError) {
    const { code, retryAt } = error;
    return new ServiceUnavailableException({ message: 'Resamania is out of reach', code, retryAt });
  }
  if (!isAxiosError(error)) return error;
  return new BadGatewayException({
    message: 'Resamania refused the request',
    status: error.response?.status,
  });
}
