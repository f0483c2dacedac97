import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';

/** Lets in who sends `Authorization: Bearer` with `STATUS_TOKEN`; where that is not set, this machine alone. */
@Injectable()
export class StatusGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers, socket } = context.switchToHttp().getRequest<IncomingMessage>();
    const expected = process.env['STATUS_TOKEN'];
    if (!expected) return /^(::1$|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '');
    return timingSafeEqual(digest(headers.authorization), digest(`Bearer ${expected}`));
  }
}

/** Of one length, whatever was sent: the comparison takes the same time for every text. */
function digest(text = ''): Buffer {
  return createHash('sha256').update(text).digest();
}
