export type { CallbackQuery } from './authorization/callback.ts';
export {
  completeAuthorization,
  type PendingAuthorization,
  type ReturnedAuthorization,
} from './authorization/complete-authorization.ts';
export { type PinnedProvider } from './authorization/pinned-provider.ts';
export { checkOffers, startAuthorization, type StartedAuthorization } from './authorization/start-authorization.ts';
export { publicKeySet } from './client/client-assertion.ts';
export type { ClientAuthentication, ClientCredentials, ClientKey, ClientKeys } from './client/client-credentials.ts';
export type { OidcConnection, ProviderReference } from './connection.ts';
export { discover, type DiscoveryOptions, type ProviderMetadata } from './discovery/discover.ts';
export { OidcProviders } from './discovery/providers.ts';
export { OIDC_ERROR_CODES, type OidcErrorCode } from './error-codes.ts';
export { OidcError } from './errors.ts';
export type { VerifiedIdToken } from './id-token.ts';
export { startLogout } from './logout/start-logout.ts';
export { verifyLogoutToken, type VerifiedLogoutToken } from './logout/verify-logout-token.ts';
export { HardenedOidcStrategy, type OidcStrategyOptions } from './strategy/hardened-oidc-strategy.ts';
export type { OidcAnswer, OidcTransport } from './transport.ts';
export {
  namedIssuer,
  verifyWorkloadToken,
  type VerifiedWorkloadToken,
  type WorkloadTokenToVerify,
} from './workload/verify-workload-token.ts';
