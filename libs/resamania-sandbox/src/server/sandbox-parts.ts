import { ChainRegistry } from '../chains/chain-registry.js';
import { FaultPlayer } from '../faults/fault-player.js';
import { FaultScript } from '../faults/fault-script.js';
import { ApiKeys } from '../gateway/api-keys.js';
import { Gateway } from '../gateway/gateway.js';
import { RateLimiter } from '../gateway/rate-limiter.js';
import { Journal } from '../journal/journal.js';
import { TokenEndpoint } from '../oauth/token-endpoint.js';
import { TokenLedger } from '../oauth/token-ledger.js';
import { TokenSigner } from '../oauth/token-signer.js';
import { ApiAccess } from '../resources/api-access.js';
import type { ResolvedSandboxOptions } from '../sandbox-options.js';

/** Everything that one sandbox consists of, its HTTP server apart. */
export interface SandboxParts {
  readonly prefix: string;
  readonly chains: ChainRegistry;
  readonly keys: ApiKeys;
  readonly ledger: TokenLedger;
  readonly journal: Journal;
  readonly scripts: { readonly token: FaultScript; readonly api: FaultScript };
  readonly gateway: Gateway;
  readonly tokenEndpoint: TokenEndpoint;
  readonly access: ApiAccess;
}

/** Builds the parts, with a key pair of their own. */
export async function buildParts(options: ResolvedSandboxOptions): Promise<SandboxParts> {
  const { now, tokenLifetimeSeconds, jwtLifetimeSeconds } = options;
  const prefix = options.environment === '' ? '' : `/${options.environment}`;
  const signer = await TokenSigner.create(`http://${options.host}${prefix}`);
  const chains = new ChainRegistry(options.chains, now());
  const keys = new ApiKeys(options.apiKey);
  const ledger = new TokenLedger(now);
  const journal = new Journal(options.journalSize);
  const scripts = { token: new FaultScript(now), api: new FaultScript(now) };
  const gateway = new Gateway({
    prefix,
    keys,
    limiter: new RateLimiter(options.rateLimits, now),
    scripts,
    latencyMs: { token: options.tokenLatencyMs, api: options.apiLatencyMs },
    player: new FaultPlayer(now),
    chains,
    ledger,
    journal,
    now,
  });
  const tokenEndpoint = new TokenEndpoint({ ledger, signer, now, tokenLifetimeSeconds, jwtLifetimeSeconds });
  const access = new ApiAccess(chains, ledger, options.bearerErrors, now);
  return { prefix, chains, keys, ledger, journal, scripts, gateway, tokenEndpoint, access };
}
