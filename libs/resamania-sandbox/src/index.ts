export { ResamaniaSandbox } from './resamania-sandbox.js';
export type { ResamaniaSandboxOptions } from './sandbox-options.js';
export type { SandboxConnection } from './connection/connection-options.js';
export type { SandboxChain, SandboxChainOptions, SandboxGrant } from './chains/chain-options.js';
export type { LimitOptions, RateLimitOptions } from './gateway/rate-limiter.js';
export type { BearerErrors } from './resources/api-access.js';
export { faults } from './faults/faults.js';
export type { ApiUnauthorizedOptions, ApiUnauthorizedShape } from './faults/answer-faults.js';
export type { FaultQueue, SandboxFaults } from './faults/fault-script.js';
export type {
  AnswerFault,
  DelayFault,
  Fault,
  FaultScope,
  GatewayFault,
  HangFault,
  LimiterKind,
  OversizedFault,
  RateLimitedFault,
  RateLimitedOptions,
  ResetFault,
  SlowBodyFault,
  TokenAnswerFault,
  TruncatedFault,
} from './faults/fault.js';
export type { JwtChanges, TokenAnswerMembers } from './exchange/token-answer-changes.js';
export type { SandboxJournal } from './journal/journal.js';
export type { JournalEntry, JournalOutcome, PrincipalKind, Surface } from './journal/journal-entry.js';
