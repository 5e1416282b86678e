export type { VerifiedAssertion } from './assertion.ts';
export type { IdpMetadata, PublishedKey, SamlConnection, SigningKey, SingleLogoutService } from './connection.ts';
export { SAML_ERROR_CODES, type MustAct, type SamlErrorCode } from './error-codes.ts';
export { SamlError, whoMustAct } from './errors.ts';
export {
  createLogoutRequest,
  createLogoutResponse,
  offersSingleLogout,
  type SubjectToSignOut,
} from './logout/create-logout-message.ts';
export type { LogoutHttpRequest } from './logout/logout-http.ts';
export type { VerifiedLogoutMessage, VerifiedLogoutRequest, VerifiedLogoutResponse } from './logout/verified-logout.ts';
export { verifyLogoutMessage, type LogoutToVerify } from './logout/verify-logout-message.ts';
export { certificatesOf, type CertificateSummary } from './metadata/certificates.ts';
export { changeOf, judgeMetadata, type MetadataChange, type MetadataVerdict } from './metadata/judge-metadata.ts';
export {
  connectionKeysAt,
  keyStateAt,
  type ConnectionKeys,
  type KeyState,
  type KeyUse,
  type ServiceProviderKey,
} from './keys/service-provider-keys.ts';
export { parseIdpMetadata, type MetadataOptions } from './metadata/parse-idp-metadata.ts';
export { publishedOf, serviceProviderMetadata } from './metadata/sp-metadata.ts';
export type { Acceptance, OneTimeStore } from './one-time-store.ts';
export type { OutgoingMessage } from './outgoing-message.ts';
export { createAuthnRequest } from './request/authn-request.ts';
export { issuedAt } from './request/request-id.ts';
export { createSigningKey } from './request/signing-key.ts';
export type { VerifierName } from './response/signature-verifier.ts';
export { verifyResponse, type ResponseToVerify } from './response/verify-response.ts';
export {
  HardenedSamlStrategy,
  type SamlStrategyOptions,
  type VerifiedCallback,
} from './strategy/hardened-saml-strategy.ts';
