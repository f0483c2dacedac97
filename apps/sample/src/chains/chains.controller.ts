import { Controller, Get, Param, UseInterceptors } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { bindResamaniaTenant, ResamaniaTenantRegistry, tenantFromParam } from 'nestjs-resamania-auth';

import { ApiResamaniaErrors } from './api-errors.js';
import { type ClassEvent, ClassesService } from './classes.service.js';
import { type Club, ClubsService } from './clubs.service.js';

interface Chain {
  readonly name: string;
  readonly clientToken: string;
  readonly apiBaseUrl: string;
}

const TENANT = { name: 'tenant', description: 'Name of the chain', example: 'demoapi' };
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

/** Everything under a chain's name is done as that chain; a name that no chain has is a 404. */
@ApiTags('chains')
@Controller('chains')
@UseInterceptors(bindResamaniaTenant(tenantFromParam('tenant')))
export class ChainsController {
  constructor(
    private readonly tenants: ResamaniaTenantRegistry,
    private readonly clubs: ClubsService,
    private readonly classes: ClassesService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The chains that this application knows' })
  @ApiOkResponse({ example: [CHAIN] })
  list(): Chain[] {
    return this.tenants
      .list()
      .map(({ name, clientToken, apiBaseUrl }) => ({ name, clientToken, apiBaseUrl }));
  }

  @Get(':tenant/clubs')
  @ApiOperation({ summary: 'All clubs of a chain' })
  @ApiParam(TENANT)
  @ApiOkResponse({ example: [CLUB] })
  @ApiNotFoundResponse({ description: 'There is no chain of that name' })
  @ApiResamaniaErrors()
  listClubs(@Param('tenant') tenant: string): Promise<Club[]> {
    return this.clubs.list(tenant);
  }

  @Get(':tenant/classes')
  @ApiOperation({ summary: 'The next classes of a chain' })
  @ApiParam(TENANT)
  @ApiOkResponse({ example: [CLASS] })
  @ApiNotFoundResponse({ description: 'There is no chain of that name' })
  @ApiResamaniaErrors()
  nextClasses(@Param('tenant') tenant: string): Promise<readonly ClassEvent[]> {
    return this.classes.next(tenant);
  }
}
