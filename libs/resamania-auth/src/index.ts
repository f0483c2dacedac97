export {
  ResamaniaAuthError,
  ResamaniaConfigError,
  type ResamaniaErrorCode,
  type ResamaniaErrorDetails,
  ResamaniaRequestError,
  ResamaniaSecretError,
  ResamaniaTenantError,
  ResamaniaTokenError,
} from './errors/resamania-auth.error.js';
export { getResamaniaHttpToken, InjectResamaniaHttp } from './http/inject-resamania-http.js';
export { readApiError, type ResamaniaApiErrorInfo } from './http/api-error.js';
export { type AttachOptions, ResamaniaAuthInterceptor } from './http/resamania-auth.interceptor.js';
export { ResamaniaHttpService } from './http/resamania-http.service.js';
export type { UnauthorizedBy } from './http/unauthorized.js';
export type { ResamaniaRequestOptions } from './http/request-options.js';
export { bindResamaniaTenant, type TenantBinder } from './nest/bind-tenant.js';
export { ResamaniaExceptionFilter } from './nest/resamania-exception.filter.js';
export {
  type TenantExtractor,
  tenantFromHeader,
  tenantFromParam,
  tenantFromSubdomain,
  type TenantRequest,
} from './nest/tenant-extractors.js';
export { hasResamaniaEnvironment, loadEnvironment } from './options/load-environment.js';
export { resamaniaConfig } from './options/resamania.config.js';
export type {
  ApiTransportName,
  HttpOptions,
  LifetimePart,
  OnDemandOptions,
  RefreshOptions,
  ResamaniaAuthOptions,
  RetryOn401,
  TokenRequestOptions,
} from './options/resamania-auth-options.js';
export type { Secret } from './options/secret.js';
export type { RenewWith, ResamaniaTenantOptions } from './options/tenant-options.js';
export { ResamaniaAuthModule } from './resamania-auth.module.js';
export type {
  ResamaniaAuthModuleExtras,
  ResamaniaAuthOptionsFactory,
} from './resamania-auth.module-definition.js';
export { ResamaniaTenantContext } from './tenants/resamania-tenant-context.js';
export { ResamaniaTenantRegistry } from './tenants/resamania-tenant-registry.js';
export type { ResamaniaTenantInfo } from './tenants/tenant.js';
export { AccessToken } from './token/access-token.js';
export type { ResamaniaLimit, ResamaniaLimits } from './token/rate-limit.js';
export type { ResamaniaPrincipal } from './token/principal.js';
export {
  ResamaniaTokenService,
  type TokenOptions,
  type TokenWaitOptions,
} from './token/resamania-token.service.js';
export type {
  QuotaLowEvent,
  RequestReplayedEvent,
  ResamaniaTokenEvent,
  TenantChangedEvent,
  TokenFailedEvent,
  TokenObtainedEvent,
  TokenRejectedEvent,
  WaitStartedEvent,
} from './token/token-events.js';
export type { TenantTokenStatus, TokenFailureStatus, TokenState } from './token/token-status.js';
