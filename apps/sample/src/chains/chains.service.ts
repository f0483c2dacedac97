import { Injectable } from '@nestjs/common';
import { ResamaniaHttpService } from 'nestjs-resamania-auth';
import { type HydraCollection, type HydraResource, list } from 'nestjs-resamania-auth/hydra';
import { firstValueFrom } from 'rxjs';

export interface Club extends HydraResource {
  readonly name: string;
}

export interface ClassEvent extends HydraResource {
  readonly startedAt?: string;
  readonly activity?: string;
}

/** What the API knows about a chain: the one that the request is for. No token in sight. */
@Injectable()
export class ChainsService {
  constructor(private readonly resamania: ResamaniaHttpService) {}

  /** All clubs, from all pages. */
  clubs(): Promise<Club[]> {
    return list<Club>(this.resamania, 'clubs');
  }

  /** The next classes: the first page of them. */
  async classes(): Promise<readonly ClassEvent[]> {
    const { data } = await firstValueFrom(this.resamania.get<HydraCollection<ClassEvent>>('class_events'));
    return data['hydra:member'];
  }
}
