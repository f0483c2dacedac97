import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpCode,
  Injectable,
  NotFoundException,
  Param,
  Post,
  UnsupportedMediaTypeException,
  UseGuards,
} from '@nestjs/common';
import {
  ApiConsumes,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { IncomingMessage } from 'node:http';

import { FAULT_NAMES, type FaultName, type FaultState } from './fault-board.js';
import { SandboxDemo } from './sandbox-demo.js';

/**
 * Lets our own page through, and nobody else's. A form of another site cannot send JSON, and a script of one cannot
 * without asking first, which nobody here answers.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
    const site = headers['sec-fetch-site'] ?? 'none';
    if (site !== 'same-origin' && site !== 'none') {
      throw new ForbiddenException('Only the page of this application may do that');
    }
    if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
      throw new UnsupportedMediaTypeException('Send it as application/json');
    }
    return true;
  }
}

const STATE = { example: [{ name: 'token-service', until: '2026-11-24T03:00:08.000Z' }] };

@ApiTags('sandbox')
@Controller('sandbox/faults')
export class FaultsController {
  constructor(private readonly demo: SandboxDemo) {}

  @Get()
  @ApiOperation({ summary: 'The faults of the embedded sandbox, and until when those last that are there' })
  @ApiOkResponse(STATE)
  list(): FaultState[] {
    return this.demo.faults.list();
  }

  @Post(':name')
  @HttpCode(200)
  @UseGuards(SameOriginGuard)
  @ApiOperation({ summary: 'Makes the embedded sandbox misbehave for a while; `heal` ends every fault' })
  @ApiParam({ name: 'name', enum: [...FAULT_NAMES, 'heal'] })
  @ApiConsumes('application/json')
  @ApiOkResponse(STATE)
  @ApiNotFoundResponse({ description: 'There is no fault of that name' })
  @ApiForbiddenResponse({ description: 'The request comes from the page of another site' })
  @ApiUnsupportedMediaTypeResponse({ description: 'The request is not sent as application/json' })
  start(@Param('name') name: string): FaultState[] {
    if (name === 'heal') this.demo.faults.heal();
    else if (isFaultName(name)) this.demo.faults.start(name);
    else throw new NotFoundException('There is no fault of that name');
    return this.demo.faults.list();
  }
}

function isFaultName(name: string): name is FaultName {
  return FAULT_NAMES.some((known) => known === name);
}
