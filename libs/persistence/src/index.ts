export * from './stores.ts';
export { asClient } from './audit/clients.ts';
export { DEPLOYMENT } from './audit/deployment.ts';
export { ADDRESS_DAYS } from './audit/origins.ts';
export { openDatabase } from './database.ts';
export type { Database, OpenDatabaseOptions } from './database.ts';
export { PersistenceError } from './errors.ts';
export type { PersistenceErrorCode } from './errors.ts';
export type { FlowCursor, FlowFilter, FlowPage, FlowStore, FlowSummary } from './flows/flow-store.ts';
export type {
  IdentityProviderState,
  MetadataClaim,
  MetadataEvent,
  MetadataInUse,
  MetadataStore,
  MetadataSummary,
  RefreshResult,
  RefreshSchedule,
} from './metadata/metadata-store.ts';
export { metadataSourceOf } from './metadata/metadata-source.ts';
export { migrate } from './migrations/migrate.ts';
export type { MigrateOptions } from './migrations/migrate.ts';
export type { PlatformRecord } from './platform/platform-revisions.ts';
export type { LiveDocument } from './organizations/live-documents.ts';
export type { Registry, RegistryEntry, RevisionEntry } from './organizations/registry.ts';
export { connectionDigest, type ProvedMetadata } from './sso/connection-digest.ts';
export type { EvidenceKind, SsoEvidence, SsoEvidenceStore } from './sso/evidence.ts';
export { SSO_TEST_LIFETIME_MS } from './sso/sso-tests.ts';
export type { PresentedLink, SsoTest, SsoTestResult, SsoTestStore, TestedFact } from './sso/sso-tests.ts';
export { rotateMasterKey } from './secrets/rotate-master-key.ts';
export type { RotateOptions, Rotated } from './secrets/rotate-master-key.ts';
export { parseSealingKey } from './secrets/seal.ts';
export { isUuid } from './sql.ts';
export { newOrganizationToken, readOrganizationToken, sha256 } from './tokens/organization-token.ts';
export type { PresentedToken } from './tokens/organization-token.ts';
export type { Purged } from './purge.ts';
export type { Reconciler } from './reconcile/state-store.ts';
