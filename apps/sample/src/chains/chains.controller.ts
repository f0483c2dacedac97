import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { bindResamaniaTenant, ResamaniaTenantRegistry, tenantFromParam } from 'nestjs-resamania-auth';

import { ApiResamaniaErrors } from './api-errors.js';
import { ChainsService, type ClassEvent, type Club } from './chains.service.js';

interface Chain {
  readonly name: string;
  readonly clientToken: string;
  readonly apiBaseUrl: string;
}

const CHAIN: Chain = {
  name: 'demoapi',
  clientToken: 'demoapi',
  apiBaseUrl: 'http://127.0.0.1:4010/resa2-staging',
};
const CLUB: Club = { '@id': '/demoapi/clubs/1001', name: 'Club 1' };
const CLASS: ClassEvent = {
  '@id': '/demoapi/class_events/1',
  startedAt: '2026-11-24T18:00:00+01:00',
  activity: '/demoapi/activities/1',
};

@ApiTags('chains')
@Controller('chains')
export class ChainsController {
  constructor(private readonly tenants: ResamaniaTenantRegistry) {}

  @Get()
  @ApiOperation({ summary: 'The chains that this application knows' })
  @ApiOkResponse({ example: [CHAIN] })
  list(): Chain[] {
    return this.tenants
      .list()
      .map(({ name, clientToken, apiBaseUrl }) => ({ name, clientToken, apiBaseUrl }));
  }
}

/** Everything here is done as the chain in the path; a name that no chain has is a 404. */
@ApiTags('chains')
@ApiParam({ name: 'tenant', description: 'Name of the chain', example: 'demoapi' })
@ApiNotFoundResponse({ description: 'There is no chain of that name' })
@Controller('chains/:tenant')
@UseInterceptors(bindResamaniaTenant(tenantFromParam('tenant')))
export class ChainController {
  constructor(private readonly chains: ChainsService) {}

  @Get('clubs')
  @ApiOperation({ summary: 'All clubs of a chain' })
  @ApiOkResponse({ example: [CLUB] })
  @ApiResamaniaErrors()
  clubs(): Promise<Club[]> {
    return this.chains.clubs();
  }

  @Get('classes')
  @ApiOperation({ summary: 'The next classes of a chain' })
  @ApiOkResponse({ example: [CLASS] })
  @ApiResamaniaErrors()
  classes(): Promise<readonly ClassEvent[]> {
    return this.chains.classes();
  }
}
