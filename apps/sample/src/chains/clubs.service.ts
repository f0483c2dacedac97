import { Injectable } from '@nestjs/common';
import { ResamaniaHttpService } from 'nestjs-resamania-auth';
import { type HydraResource, list } from 'nestjs-resamania-auth/hydra';

export interface Club extends HydraResource {
  readonly name: string;
}

/** The clubs of a chain. No token in sight: the bound service takes care of it. */
@Injectable()
export class ClubsService {
  constructor(private readonly resamania: ResamaniaHttpService) {}

  /** All clubs, from all pages. */
  list(tenant: string): Promise<Club[]> {
    return list<Club>(this.resamania.forTenant(tenant), 'clubs');
  }
}
