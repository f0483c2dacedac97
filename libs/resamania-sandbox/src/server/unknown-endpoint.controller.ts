import { All, Controller, Res } from '@nestjs/common';
import type { SandboxResponse } from '../exchange/exchange.js';
import { ApiAccess } from '../resources/api-access.js';
import { endpointForbidden } from '../resources/api-problem.js';

/** Whatever no other route takes: 404 outside the known chains, else 403 once the bearer is good. */
@Controller()
export class UnknownEndpointController {
  constructor(private readonly access: ApiAccess) {}

  @All('{*path}')
  refuse(@Res() { locals: { exchange } }: SandboxResponse): never {
    this.access.check(exchange);
    throw endpointForbidden();
  }
}
