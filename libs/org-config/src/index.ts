export { API_RIGHTS, DEPLOYMENT_RIGHTS, type ApiRight } from './api-rights.ts';
export { canonicalJson } from './canonical/canonical-json.ts';
export { documentDigest, normalize } from './canonical/normalize.ts';
export {
  clientSecrets,
  secretPointer,
  withSealedValues,
  type DeclaredSecret,
  type SecretHolder,
} from './client-secrets.ts';
export { checkAcross, type Claims } from './check/across.ts';
export type { CheckMetadata } from './check/check-document.ts';
export { onceEach } from './check/once-each.ts';
export { whenIs } from './day.ts';
export * from './decide-facts.ts';
export * from './diagnostic.ts';
export * from './document.ts';
export { durationSeconds } from './duration.ts';
export { clientIdOf } from './effective-application.ts';
export type {
  EffectiveApplication,
  EffectiveForwardAuthApplication,
  EffectiveOidcApplication,
} from './effective-application.ts';
export { attributeNamesOf, serviceProviderKeysOf } from './effective-identity-provider.ts';
export type {
  EffectiveIdentityProvider,
  EffectiveOidcIdentityProvider,
  EffectiveSamlIdentityProvider,
} from './effective-identity-provider.ts';
export { effective, policyOf } from './effective.ts';
export type { EffectiveLogin, EffectiveOrganization } from './effective.ts';
export type {
  EffectiveBrake,
  EffectiveDirectoryToken,
  EffectiveExtension,
  EffectiveExtensionAttribute,
  EffectiveScim,
} from './effective-scim.ts';
export { emailDomainOf, mayIdentify } from './email-address.ts';
export { expiringExemptions, type ExpiringExemptions } from './expiring-exemptions.ts';
export { expiringSecrets, expiryDiagnostics, type ExpiringSecret } from './expiring-secrets.ts';
export { formatFile, type Formatted } from './format/format-file.ts';
export { patchFile, type FileEdit } from './format/patch-file.ts';
export { printDocument } from './format/print-document.ts';
export { checkDocument, type CheckedDocument } from './load/check-document.ts';
export { localSignIn, type LocalSignIn } from './local-sign-in.ts';
export { loadDocuments, type LoadedDocument, type LoadOptions, type LoadResult } from './load/load-documents.ts';
export { checkPlatform, type CheckedPlatform, type LoadedPlatform } from './load/platform.ts';
export type { SourceFile } from './load/source-text.ts';
export { issuersOf, openIdProviderOf, type OpenIdProvider, type Preset } from './openid-provider.ts';
export { EVERY_ORGANIZATION, isOrganizationGlob, matchesGlobs } from './organization-globs.ts';
export { DEFAULT_PASSWORD_LENGTH } from './platform-document.ts';
export type { ClaimCondition, PlatformAdministration, PlatformDocument, TrustedIssuer } from './platform-document.ts';
export {
  platformDocs,
  publishedPlatformSchema,
  publishedSchema,
  publishedTemplateSchema,
  schemaDocs,
} from './publish.ts';
export { renderDiagnostics, type DiagnosticPart } from './render-diagnostics.ts';
export { trustsOf, unmetConditions, type NamedTrust, type WorkloadIdentity } from './trust.ts';
export { runTests, testDiagnostics, testOutcomes, type TestOutcome } from './run-tests.ts';
export { readRoleMap } from '@rolecall/role-mapping';
