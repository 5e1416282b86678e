import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { CollectionState, FileDigest, LeaseStore, SavedPlan, StateStore } from '@rolecall/reconcile';
import { ADDRESS_DAYS, keptAddressDays } from './audit/origins.ts';
import { auditStore } from './audit/audit-store.ts';
import { auditStreams } from './audit/audit-streams.ts';
import { directoryRequestLog } from './directory/request-log.ts';
import { KnownTokens } from './directory/known-tokens.ts';
import { directoryTokenStore } from './directory/token-store.ts';
import { domainClaims } from './domains/domain-claims.ts';
import { directoryStore } from './directory/directory-store.ts';
import { CachedOrganizationReader } from './organizations/cached-reader.ts';
import { ChangeListener } from './organizations/change-listener.ts';
import { loadOrganization } from './organizations/load-organization.ts';
import { registry } from './organizations/registry.ts';
import type { Registry } from './organizations/registry.ts';
import { ROUTE_EMAIL_DOMAIN, ROUTE_ISSUER, ROUTE_NAME } from './organizations/statements.ts';
import { inOrganization } from './logins/organization-transaction.ts';
import { loginTransactions } from './logins/login-transactions.ts';
import { PersistenceError, translateError } from './errors.ts';
import { expiryRegister } from './expiry/expiry-register.ts';
import { flowStore } from './flows/flow-store.ts';
import type { FlowStore } from './flows/flow-store.ts';
import { forwardStore } from './forward-auth/forward-store.ts';
import { logoutStore } from './logouts/logout-store.ts';
import { sharedLimitStore } from './limits/shared-limits.ts';
import { mailOutbox } from './mails/outbox.ts';
import { metadataStore } from './metadata/metadata-store.ts';
import type { MetadataStore } from './stores/metadata.ts';
import { createOrm } from './orm.ts';
import { livePlatform } from './platform/platform-revisions.ts';
import type { PlatformRecord } from './platform/platform-revisions.ts';
import { purgeExpired } from './purge.ts';
import type { Purged } from './purge.ts';
import { leaseStore } from './reconcile/leases.ts';
import { compareFiles, reachesBeyond, readCollection } from './reconcile/collections.ts';
import { savePlan } from './reconcile/once.ts';
import { PgStateStore } from './reconcile/state-store.ts';
import type { Reconciler } from './reconcile/state-store.ts';
import { recoverySessions } from './recovery/recovery-sessions.ts';
import { refuseUnsafeRole, requireMigrated } from './runtime-checks.ts';
import { FingerprintKeys } from './secrets/fingerprint-keys.ts';
import { MasterKeys } from './secrets/master-keys.ts';
import { signingKeys } from './secrets/signing-keys.ts';
import { applicationStore } from './applications/application-store.ts';
import { providerKeys } from './secrets/provider-keys.ts';
import { sessionStore } from './sessions/session-store.ts';
import { query } from './sql.ts';
import { ssoEvidenceStore } from './sso/evidence.ts';
import type { SsoEvidenceStore } from './sso/evidence.ts';
import { ssoTestStore } from './sso/sso-tests.ts';
import type { SsoTestStore } from './sso/sso-tests.ts';
import type {
  ApiTokenStore,
  ApplicationStore,
  ProviderKeys,
  AuditStore,
  AuditStreams,
  WorkloadTokenStore,
  DirectoryRequestLog,
  DirectoryTokenStore,
  DirectoryStore,
  DomainClaims,
  ExpiryRegister,
  ForwardStore,
  LoginTransactions,
  LogoutStore,
  MailOutbox,
  OrganizationReader,
  OrganizationTransaction,
  RecoverySessions,
  SessionStore,
  SharedLimitStore,
  UserStore,
  SigningKeys,
} from './stores.ts';
import { userStore } from './users/user-store.ts';
import { apiTokenStore } from './tokens/api-token-store.ts';
import { workloadTokenStore } from './tokens/workload-exchange.ts';

export interface OpenDatabaseOptions {
  /** Of the runtime role; a role that row-level security does not bind is refused. */
  readonly url: string;
  /**
   * 32 bytes; wraps the data key of every organization. Without it everything works that neither opens nor seals a secret;
   * what does fails with `master_key_missing`.
   */
  readonly masterKey?: Buffer;
  /** Opens what the master key before this one wrapped, until `rotateMasterKey` has wrapped all of it anew. */
  readonly previousMasterKey?: Buffer | undefined;
  /**
   * Default true. False = the organizations' snapshots have no identity providers: for a program that meets none and should
   * not hold the key of their secrets.
   */
  readonly withIdentityProviders?: boolean;
  /** Shown in pg_stat_activity. Default `rolecall`. */
  readonly applicationName?: string;
  /** Connections at most, beside one for notifications. Default 10. */
  readonly poolSize?: number;
  /** Told of lost connections; never of statements or values. */
  readonly log?: (message: string) => void;
}

/** Everything that the apps store. One per process. */
export interface Database {
  readonly organizations: OrganizationReader;
  readonly logins: LoginTransactions;
  readonly sessions: SessionStore;
  /** Who opened an application behind a proxy. */
  readonly forward: ForwardStore;
  /** What applications hold of sessions. */
  readonly applications: ApplicationStore;
  /** By which the OpenID provider signs. */
  readonly providerKeys: ProviderKeys;
  /** Sessions that only repair a sign-in. */
  readonly recoverySessions: RecoverySessions;
  readonly logouts: LogoutStore;
  /** How logins ended, and why. */
  readonly flows: FlowStore;
  /** What the URLs of SAML metadata last served. */
  readonly metadata: MetadataStore;
  /** Tests of identity providers by one-time link. */
  readonly ssoTests: SsoTestStore;
  /** That somebody could sign in through an identity provider as it is set up. */
  readonly ssoEvidence: SsoEvidenceStore;
  /** How often something may be tried, counted for all processes together. */
  readonly limits: SharedLimitStore;
  /** Mails that wait to be sent; `OrganizationTransaction.mail` queues them. */
  readonly mails: MailOutbox;
  readonly apiTokens: ApiTokenStore;
  /** Bearer tokens of SCIM clients. */
  readonly directoryTokens: DirectoryTokenStore;
  /** What SCIM clients asked, and what came of it. */
  readonly directoryRequests: DirectoryRequestLog;
  /** Who the users of an organization are. */
  readonly users: UserStore;
  readonly registry: Registry;
  readonly domains: DomainClaims;
  /** What ends by itself, over all organizations. */
  readonly expiry: ExpiryRegister;
  /** What SCIM clients keep. */
  readonly directory: DirectoryStore;
  readonly collections: {
    state(name: string): Promise<CollectionState>;
    /** The key of `secretFingerprint`, for those who may plan. Rejects with `master_key_missing`. */
    fingerprintKey(name: string): Promise<Buffer>;
    /** Which files the last apply did not see as they are (new or different), and which of its files are gone. */
    compare(
      name: string,
      files: readonly Pick<FileDigest, 'path' | 'digest'>[],
    ): Promise<{ changed: string[]; removed: string[] }>;
    /** Whether the collection has an organization that none of these patterns of names describes. */
    reachesBeyond(name: string, globs: readonly string[]): Promise<boolean>;
    savePlan(plan: SavedPlan): Promise<void>;
  };
  /** API tokens in exchange for those of jobs. */
  readonly workloadTokens: WorkloadTokenStore;
  /** The document of the deployment. */
  readonly platform: { live(): Promise<PlatformRecord | undefined> };
  /** Who did what. */
  readonly audit: AuditStore;
  /** Who is sent the audit log. */
  readonly auditStreams: AuditStreams;
  /** What this deployment signs. */
  readonly signingKeys: SigningKeys;
  /** Who may apply to a collection. */
  readonly leases: LeaseStore;
  /** The port of libs/reconcile, for one request of one token. */
  reconcileState(by: Reconciler): StateStore;
  /**
   * One transaction for one organization: commits when `work` resolves, else nothing stays. After `stale_revision` the
   * reader has forgotten the organization, so the caller can read it again and start over at once.
   */
  inOrganization<T>(organizationId: string, work: (tx: OrganizationTransaction) => Promise<T>): Promise<T>;
  /** Whether a statement gets an answer now. */
  isReady(): Promise<boolean>;
  /** @param addressDays how long addresses stand beside the audit log; default `ADDRESS_DAYS`, 0 = not at all */
  purgeExpired(now: Date, addressDays?: number): Promise<Purged>;
  /** How many days `purgeExpired` leaves addresses there, whatever it is told: as `migrate` was told. */
  keptAddressDays(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Connects as the runtime role. Throws a PersistenceError: `database_unavailable`, `database_not_migrated`,
 * `unsafe_database_role`, `master_key_invalid`.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const {
    url,
    masterKey,
    previousMasterKey,
    withIdentityProviders = true,
    applicationName = 'rolecall',
    poolSize = 10,
    log,
  } = options;
  const masterKeys = masterKey && new MasterKeys(masterKey, previousMasterKey);
  const orm = createOrm({ url, applicationName, poolSize, log });
  const pool = await checkedPool(orm).catch(async (error: unknown) => {
    await orm.close();
    throw translateError(error);
  });
  const fingerprints = new FingerprintKeys(pool, masterKeys);
  const organizations = organizationReader(pool, masterKeys, withIdentityProviders);
  const knownTokens = new KnownTokens();
  const listener = forgettingListener({ url, applicationName }, [organizations, knownTokens]);
  await listener.start();

  return {
    organizations,
    logins: loginTransactions(pool),
    sessions: sessionStore(pool),
    forward: forwardStore(pool),
    applications: applicationStore(pool),
    providerKeys: providerKeys(pool, masterKeys),
    recoverySessions: recoverySessions(pool),
    logouts: logoutStore(pool),
    flows: flowStore(pool),
    metadata: metadataStore(pool),
    ssoTests: ssoTestStore(pool),
    ssoEvidence: ssoEvidenceStore(pool),
    limits: sharedLimitStore(pool, masterKeys),
    mails: mailOutbox(pool, masterKeys, (queued) => listener.onMail(queued)),
    apiTokens: apiTokenStore(orm.em),
    directoryTokens: directoryTokenStore(pool, knownTokens, (organizationId) => organizations.forget(organizationId)),
    directoryRequests: directoryRequestLog(pool),
    users: userStore(pool),
    registry: registry(orm.em, pool),
    domains: domainClaims(pool),
    expiry: expiryRegister(pool),
    directory: directoryStore(pool, (organizationId) => organizations.forget(organizationId)),
    collections: {
      state: (name) => readCollection(pool, name),
      fingerprintKey: (name) => fingerprints.of(name),
      compare: (name, files) => compareFiles(pool, name, files),
      reachesBeyond: (name, globs) => reachesBeyond(pool, name, globs),
      savePlan: (plan) => savePlan(pool, plan),
    },
    workloadTokens: workloadTokenStore(pool),
    platform: { live: () => livePlatform(pool) },
    audit: auditStore(pool),
    auditStreams: auditStreams(pool),
    signingKeys: signingKeys(pool, masterKeys),
    leases: leaseStore(pool),
    reconcileState: (by) => new PgStateStore(pool, { masterKeys, fingerprints }, by),
    inOrganization: (organizationId, work) =>
      inOrganization(pool, masterKeys, organizationId, work).catch((error: unknown) => {
        // the caller decides anew, and must not get what it was refused for out of the cache again
        if (error instanceof PersistenceError && error.code === 'stale_revision') organizations.forget(organizationId);
        throw error;
      }),
    isReady: () =>
      pool.query('select 1').then(
        () => true,
        () => false,
      ),
    purgeExpired: (now, addressDays = ADDRESS_DAYS) => purgeExpired(orm.em, pool, now, addressDays),
    keptAddressDays: () => keptAddressDays(pool),
    async close() {
      await listener.close();
      await orm.close();
    },
  };
}

/** The ORM's pool, once what it leads to is known to be ours and safe. */
async function checkedPool(orm: MikroORM): Promise<Pool> {
  const pool = await orm.em.getConnection().getNativeClient();
  await refuseUnsafeRole(pool);
  await requireMigrated(pool);
  return pool;
}

/** Knows of each organization what is live, until something changes. */
function organizationReader(pool: Pool, masterKeys: MasterKeys | undefined, withIdentityProviders: boolean) {
  const routed = async (statement: typeof ROUTE_NAME, value: string) =>
    (await query<{ org_id: string }>(pool, statement, [value]))[0]?.org_id;
  return new CachedOrganizationReader({
    routeName: (name) => routed(ROUTE_NAME, name),
    routeEmailDomain: (domain) => routed(ROUTE_EMAIL_DOMAIN, domain),
    routeIssuer: (issuer) => routed(ROUTE_ISSUER, issuer),
    load: (organizationId, previous) =>
      loadOrganization(pool, masterKeys, organizationId, previous, withIdentityProviders),
  });
}

/** Has caches forget what a commit of any process changed, and everything when notifications may have been lost. */
function forgettingListener(
  { url, applicationName }: { readonly url: string; readonly applicationName: string },
  caches: readonly { forget(organizationId: string): void; forgetAll(): void }[],
): ChangeListener {
  return new ChangeListener(url, applicationName, {
    change: (organizationId) => caches.forEach((cache) => cache.forget(organizationId)),
    gap: () => caches.forEach((cache) => cache.forgetAll()),
  });
}
