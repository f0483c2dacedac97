import { Injectable } from '@nestjs/common';
import { ResamaniaHttpService } from 'nestjs-resamania-auth';
import type { HydraCollection, HydraResource } from 'nestjs-resamania-auth/hydra';
import { firstValueFrom } from 'rxjs';

export interface ClassEvent extends HydraResource {
  readonly startedAt?: string;
  readonly activity?: string;
}

/** The next classes of a chain, asked for with the tenant named per request. */
@Injectable()
export class ClassesService {
  constructor(private readonly resamania: ResamaniaHttpService) {}

  async next(tenant: string): Promise<readonly ClassEvent[]> {
    const { data } = await firstValueFrom(
      this.resamania.get<HydraCollection<ClassEvent>>('/class_events', { resamania: { tenant } }),
    );
    return data['hydra:member'];
  }
}
