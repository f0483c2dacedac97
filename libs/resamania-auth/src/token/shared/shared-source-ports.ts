import type { Clock, Random } from '../../clock.js';
import type { RefreshPolicy, TokenRequestPolicy } from '../../options/resolved-options.js';
import type { GuardedStore } from './guarded-store.js';
import type { Hints } from './hints.js';
import type { SharedPauses } from './shared-pauses.js';

/** What all requests of a `SharedTokenSource` share. */
export interface SharedSourcePorts {
  readonly store: GuardedStore;
  readonly hints: Hints;
  readonly pauses: SharedPauses;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: RefreshPolicy;
  readonly tokenRequest: TokenRequestPolicy;
  /** Work that nobody waits for, but the end of the application, for a moment. */
  readonly background: (work: (signal: AbortSignal) => Promise<void>) => void;
}
