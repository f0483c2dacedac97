import { Injectable } from '@nestjs/common';
import { ResamaniaHttpService } from 'nestjs-resamania-auth';
import { EMPTY, expand, lastValueFrom, map, reduce } from 'rxjs';

import type { HydraCollection, Resource } from './hydra.js';

export interface Club extends Resource {
  readonly name: string;
}

/** The clubs of a chain. No token in sight: the bound service takes care of it. */
@Injectable()
export class ClubsService {
  constructor(private readonly resamania: ResamaniaHttpService) {}

  /** All clubs, page by page: a `hydra:next` link works as it is. */
  list(tenant: string): Promise<Club[]> {
    const http = this.resamania.forTenant(tenant);
    const page = (url: string) => http.get<HydraCollection<Club>>(url).pipe(map(({ data }) => data));
    return lastValueFrom(
      page('clubs').pipe(
        expand(({ 'hydra:view': view }) =>
          view?.['hydra:next'] === undefined ? EMPTY : page(view['hydra:next']),
        ),
        reduce((clubs: Club[], { 'hydra:member': members }) => [...clubs, ...members], []),
      ),
    );
  }
}
