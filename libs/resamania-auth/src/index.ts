export {
  ResamaniaAuthError,
  ResamaniaConfigError,
  type ResamaniaErrorCode,
  type ResamaniaErrorDetails,
  ResamaniaRequestError,
  ResamaniaSecretError,
  ResamaniaTenantError,
  ResamaniaTokenError,
} from './errors.js';
export { getResamaniaHttpToken, InjectResamaniaHttp } from './http/inject-resamania-http.js';
export { readApiError, type ResamaniaApiErrorInfo } from './gateway/api-error.js';
export {
  type AttachableAxios,
  type AttachOptions,
  ResamaniaAuthInterceptor,
} from './http/resamania-auth.interceptor.js';
export { ResamaniaHttpService } from './http/resamania-http.service.js';
export type { UnauthorizedBy } from './gateway/unauthorized.js';
export type { ResamaniaRequestOptions } from './http/target/request-options.js';
export { bindResamaniaTenant, type BindTenantOptions, type TenantBinder } from './nest/bind-tenant.js';
export {
  type ResamaniaErrorAnswer,
  resamaniaErrorAnswer,
  type ResamaniaStatusMap,
} from './nest/error-answer.js';
export { ResamaniaExceptionFilter } from './nest/resamania-exception.filter.js';
export {
  type TenantExtractor,
  tenantFromHeader,
  tenantFromParam,
  tenantFromSubdomain,
  type TenantRequest,
} from './nest/bind-tenant.js';
export { hasResamaniaEnvironment } from './environment/environment-variables.js';
export { loadEnvironment } from './environment/load-environment.js';
export { type ResamaniaConfig, resamaniaConfig } from './environment/resamania.config.js';
export type { HttpOptions } from './options/http-options.js';
export type {
  LifetimePart,
  OnDemandOptions,
  RefreshOptions,
  ResamaniaAuthOptions,
  RetryOn401,
  TokenRequestOptions,
} from './options/resamania-auth-options.js';
export type { RenewWith, ResamaniaTenantOptions, Secret } from './options/tenant-options.js';
export { ResamaniaAuthModule } from './resamania-auth.module.js';
export type {
  ResamaniaAuthModuleExtras,
  ResamaniaAuthOptionsFactory,
} from './resamania-auth.module-definition.js';
export { ResamaniaTenantContext } from './tenants/resamania-tenant-context.js';
export { ResamaniaTenantRegistry } from './tenants/resamania-tenant-registry.js';
export type { ResamaniaTenantInfo } from './tenants/tenant.js';
export { AccessToken } from './token/cache/access-token.js';
export type { ResamaniaLimit, ResamaniaLimits } from './gateway/limits.js';
export type { ResamaniaPrincipal } from './token/request/principal.js';
export {
  ResamaniaTokenService,
  type TokenOptions,
  type TokenWaitOptions,
} from './token/resamania-token.service.js';
export type {
  QuotaLowEvent,
  RequestReplayedEvent,
  ResamaniaTokenEvent,
  StoreChangedEvent,
  TenantChangedEvent,
  TokenFailedEvent,
  TokenObtainedEvent,
  TokenRejectedEvent,
  WaitStartedEvent,
} from './token/events/token-events.js';
export type { SharedStatus } from './token/shared/shared-token-source.js';
export type {
  ClaimOutcome,
  ClaimRequest,
  ResamaniaTokenStore,
  Settlement,
  StoredEntry,
  TokenToStore,
  WaitToStore,
} from './store/token-store.js';
export type {
  FetchEnd,
  FetchFailed,
  FetchLeft,
  FetchRecording,
  FetchSucceeded,
  ObservedTenant,
  ResamaniaTelemetry,
  StoreOperation,
  TelemetrySource,
  TokenFetch,
  WaitRecording,
} from './telemetry/telemetry.js';
export type { TenantTokenStatus, TokenFailureStatus, TokenState } from './token/cache/token-status.js';
