import { Controller, Get, Param, UseInterceptors } from '@nestjs/common';
import { bindResamaniaTenant, ResamaniaTenantRegistry, tenantFromParam } from 'nestjs-resamania-auth';

import { type ClassEvent, ClassesService } from './classes.service.js';
import { type Club, ClubsService } from './clubs.service.js';

interface Chain {
  readonly name: string;
  readonly clientToken: string;
  readonly apiBaseUrl: string;
}

/** Everything under a chain's name is done as that chain; a name that no chain has is a 404. */
@Controller('chains')
@UseInterceptors(bindResamaniaTenant(tenantFromParam('tenant')))
export class ChainsController {
  constructor(
    private readonly tenants: ResamaniaTenantRegistry,
    private readonly clubs: ClubsService,
    private readonly classes: ClassesService,
  ) {}

  @Get()
  list(): Chain[] {
    return this.tenants
      .list()
      .map(({ name, clientToken, apiBaseUrl }) => ({ name, clientToken, apiBaseUrl }));
  }

  @Get(':tenant/clubs')
  listClubs(@Param('tenant') tenant: string): Promise<Club[]> {
    return this.clubs.list(tenant);
  }

  @Get(':tenant/classes')
  nextClasses(@Param('tenant') tenant: string): Promise<readonly ClassEvent[]> {
    return this.classes.next(tenant);
  }
}
