import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { AuditEvent } from '@rolecall/audit';
import type { OrganizationDocument } from '@rolecall/org-config';
import { RevisionMovedError, secretFingerprint } from '@rolecall/reconcile';
import type {
  ApplyResult,
  CollectionState,
  Declaration,
  Deviation,
  EndedTokens,
  FileDigest,
  HeldRename,
  StoredLease,
  NewOrganization,
  NewRevision,
  OrganizationHead,
  Override,
  PlatformState,
  ReconcileEvent,
  SavedPlan,
  SecretPlace,
  SignInEvidence,
  StateTransaction,
  UserFacts,
  UserGrants,
} from '@rolecall/reconcile';
import { appendAudit } from '../audit/append.ts';
import { DEPLOYMENT } from '../audit/deployment.ts';
import { COUNT_TOKENS, RENAME_TOKENS, REVOKE_TOKENS } from '../directory/token-statements.ts';
import { driverError } from '../errors.ts';
import { noteExpiringItems } from '../expiry/note-items.ts';
import { replaceGrants } from '../grants/replace-grants.ts';
import type { LiveRevisionRow } from '../organizations/load-organization.ts';
import { LIVE_REVISION } from '../organizations/statements.ts';
import { PgPlatformState } from '../platform/platform-revisions.ts';
import type { SecretKeys } from '../secrets/fingerprint-keys.ts';
import { clientSecretName } from '../secrets/secret-names.ts';
import { Vault } from '../secrets/vault.ts';
import { query, workingFor } from '../sql.ts';
import { EVIDENCE, FORGET_EVIDENCE } from '../sso/statements.ts';
import type { Statement } from '../sql.ts';
import { lockCollection, readCollection, readFileDigests, writeFileDigests } from './collections.ts';
import { factsOfUsers } from './facts-of-users.ts';
import { endSessionsOfDisabled, renameIdentityProvider, replaceIdentityProviders } from './identity-providers.ts';
import { readLease } from './leases.ts';
import { applyResult, keepApplyResult, savedPlan, usePlan } from './once.ts';
import { nameTaken, replaceRoutes } from './routes.ts';
import * as sql from './statements.ts';
import type { Reconciler } from './state-store.ts';

interface HeadRow {
  org_id: string;
  name: string;
  collection: string | null;
  revision: number;
  digest: string;
  deletion_policy: 'retain' | 'delete';
  applied_digest: string | null;
  drifts_at: Date | null;
  unmanaged: number;
}

interface EvidenceRow {
  readonly identity_provider: string;
  readonly connection_digest: string;
  readonly at: Date;
}

/** So many organizations' events are sent before the first is answered. */
const AT_ONCE = 50;

/** One plan or apply. It walks from organization to organization; row-level security shows it one at a time. */
export class PgStateTransaction implements StateTransaction {
  readonly platform: PlatformState;
  #workingFor: string | undefined;
  #changed = false;
  /** The collection whose row is locked. */
  #locked: string | undefined;
  readonly #written = new Set<string>();
  readonly #events = new Map<string, AuditEvent[]>();

  constructor(
    private readonly client: PoolClient,
    private readonly keys: SecretKeys,
    private readonly by: Reconciler,
    /**
     * An apply locks what it reads. A plan does not, and writes neither grants nor audit events: nothing about them can
     * fail, and until its end they would keep the logins of these users waiting.
     */
    private readonly applies: boolean,
  ) {
    this.platform = new PgPlatformState(client, by.now, (revision, { digest, origin, collection }) => {
      const { file, commit, repository } = origin;
      this.record(DEPLOYMENT, 'platform.updated', { revision, digest, file, commit, repository, collection });
    });
  }

  /**
   * Ends the sessions of IdPs that are disabled by now, and appends the audit events of all organizations: last of all, since
   * the one would keep session checks waiting, and the other everything that is audited.
   */
  async finish(): Promise<void> {
    if (this.applies) for (const organizationId of [...this.#written].sort()) await this.endSessions(organizationId);
    const events = [...this.#events].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let at = 0; at < events.length; at += AT_ONCE) {
      const some = events.slice(at, at + AT_ONCE);
      await Promise.all(
        some.map(([id, ofOne]) => this.withOrganization(id, () => appendAudit(this.client, id, ofOne))),
      );
    }
  }

  collection(name: string): Promise<CollectionState> {
    const lock = this.applies && this.#locked !== name;
    if (lock) this.#locked = name;
    return lock ? lockCollection(this.client, name) : readCollection(this.client, name);
  }

  lease(collection: string, hold?: 'hold'): Promise<StoredLease | undefined> {
    return readLease(this.client, collection, hold === 'hold');
  }

  savedPlan(id: string): Promise<SavedPlan | undefined> {
    return savedPlan(this.client, id, this.applies);
  }

  usePlan(id: string, now: Date): Promise<void> {
    return usePlan(this.client, id, now);
  }

  applyResult(id: string): Promise<ApplyResult | undefined> {
    return applyResult(this.client, id);
  }

  keepApplyResult(result: ApplyResult, now: Date): Promise<void> {
    return keepApplyResult(this.client, result, now);
  }

  async heads(collection: string, names: readonly string[]): Promise<ReadonlyMap<string, OrganizationHead>> {
    const statement = this.applies ? sql.LOCK_HEADS : sql.HEADS;
    const rows = await query<HeadRow>(this.client, statement, [collection, names]);
    return new Map(rows.map((row) => [row.name, toHead(row)]));
  }

  async document(organizationId: string): Promise<OrganizationDocument> {
    return (await this.liveRevision(organizationId)).document;
  }

  async create({ collection, name, revision }: NewOrganization): Promise<OrganizationHead> {
    const id = uuidv7();
    const { document, digest, origin } = revision;
    const deletionPolicy = document.metadata.deletionPolicy ?? 'retain';
    const created = await this.in<{ org_id: string }>(id, sql.CREATE_ORGANIZATION, [
      name,
      collection,
      JSON.stringify(document),
      digest,
      deletionPolicy,
      JSON.stringify(origin),
      this.by.now,
    ]);
    if (created.length === 0) throw nameTaken(name, name);
    await this.writeAround(id, name, revision, 'new');
    return { id, name, collection, revision: 1, digest, appliedDigest: digest, deletionPolicy };
  }

  async addRevision(organizationId: string, base: number, revision: NewRevision): Promise<OrganizationHead> {
    const { document, digest, origin } = revision;
    const [row] = await this.in<HeadRow>(organizationId, sql.ADD_REVISION, [
      base,
      JSON.stringify(document),
      digest,
      document.metadata.deletionPolicy ?? 'retain',
      JSON.stringify(origin),
      this.by.now,
    ]);
    if (row === undefined) {
      const live = await this.liveRevision(organizationId);
      throw new RevisionMovedError(live.name, base, live.revision);
    }
    await this.writeAround(organizationId, row.name, revision);
    return toHead(row);
  }

  async rename(organizationId: string, name: string): Promise<void> {
    const renamed = await this.in(organizationId, sql.RENAME_ORGANIZATION, [name]).catch((error: unknown) => {
      throw driverError(error).constraint === 'organization_registry_pkey' ? nameTaken(name, name) : error;
    });
    if (renamed.length === 0) throw nameTaken(name, name);
    this.#changed = true;
  }

  async release(organizationId: string): Promise<void> {
    await this.in(organizationId, sql.RELEASE_ORGANIZATION, []);
    this.#changed = true;
  }

  async adopt(organizationId: string, collection: string): Promise<void> {
    const adopted = await this.in(organizationId, sql.ADOPT_ORGANIZATION, [collection]);
    if (adopted.length > 0) this.#changed = true;
  }

  async declaration(organizationId: string): Promise<Declaration | undefined> {
    const [row] = await this.in<Declaration>(organizationId, sql.DECLARATION, []);
    return row;
  }

  async declare(
    organizationId: string,
    { document, digest, origin }: Declaration & { readonly digest: string },
    deviation?: Deviation,
  ): Promise<void> {
    const { driftsAt = null, unmanaged = 0 } = deviation ?? {};
    const values = [digest, JSON.stringify(document), JSON.stringify(origin), driftsAt, unmanaged];
    await this.in(organizationId, sql.DECLARE, values);
  }

  async deviate(organizationId: string, deviation: Deviation | undefined): Promise<void> {
    const { driftsAt = null, unmanaged = 0 } = deviation ?? {};
    await this.in(organizationId, sql.DEVIATE, [driftsAt, unmanaged]);
  }

  overrides(organizationId: string): Promise<readonly Override[]> {
    return this.in<Override>(organizationId, sql.OVERRIDES, []);
  }

  async replaceOverrides(organizationId: string, overrides: readonly Override[]): Promise<void> {
    await this.in(organizationId, sql.REPLACE_OVERRIDES, [JSON.stringify(overrides)]);
  }

  async delete(organizationId: string): Promise<void> {
    await this.in(organizationId, sql.DELETE_ORGANIZATION, []);
    this.#changed = true;
  }

  async *factsOfUsers(organizationId: string): AsyncIterable<readonly UserFacts[]> {
    await this.enter(organizationId);
    for await (const batch of factsOfUsers(this.client, organizationId, this.applies)) {
      yield batch;
      // the caller may have worked for another organization in between
      await this.enter(organizationId);
    }
  }

  async replaceGrants(organizationId: string, revision: number, users: readonly UserGrants[]): Promise<void> {
    if (!this.applies) return;
    await this.enter(organizationId);
    await replaceGrants(this.client, organizationId, revision, users, this.by.now);
  }

  async users(organizationId: string): Promise<number> {
    const [row] = await this.in<{ users: number }>(organizationId, sql.USERS, []);
    return row?.users ?? 0;
  }

  async linkedUsers(organizationId: string, identityProvider: string): Promise<number> {
    const [row] = await this.in<{ users: number }>(organizationId, sql.LINKED_USERS, [identityProvider]);
    return row?.users ?? 0;
  }

  async directoryUsers(organizationId: string): Promise<number> {
    const [row] = await this.in<{ users: number }>(organizationId, sql.DIRECTORY_USERS, []);
    return row?.users ?? 0;
  }

  async secretFingerprint(
    organizationId: string,
    identityProvider: string,
    at: SecretPlace,
  ): Promise<string | undefined> {
    await this.enter(organizationId);
    const secret = await new Vault(this.client, organizationId, this.keys.masterKeys).read(
      clientSecretName(identityProvider),
    );
    return secret && secretFingerprint(await this.keys.fingerprints.of(at.collection), at, secret);
  }

  async renameIdentityProvider(organizationId: string, from: string, to: string): Promise<void> {
    await this.enter(organizationId);
    await renameIdentityProvider(this.client, organizationId, this.keys.masterKeys, { from, to });
  }

  async evidence(organizationId: string): Promise<ReadonlyMap<string, SignInEvidence>> {
    const rows = await this.in<EvidenceRow>(organizationId, EVIDENCE, []);
    return new Map(rows.map((row) => [row.identity_provider, { connectionDigest: row.connection_digest, at: row.at }]));
  }

  async forgetEvidence(organizationId: string, identityProvider: string): Promise<void> {
    await this.in(organizationId, FORGET_EVIDENCE, [identityProvider]);
  }

  async renameDirectoryToken(organizationId: string, from: string, to: string): Promise<void> {
    if (this.applies) await this.in(organizationId, RENAME_TOKENS, [from, to]);
  }

  async endDirectoryTokens(organizationId: string, names: readonly string[]): Promise<readonly EndedTokens[]> {
    if (names.length === 0) return [];
    const values = [names, this.by.now];
    const alive = await this.in<{ name: string; tokens: number }>(organizationId, COUNT_TOKENS, values);
    if (this.applies && alive.length > 0) {
      const ended = await this.in<{ token_id: string; name: string }>(organizationId, REVOKE_TOKENS, values);
      for (const { token_id: id, name } of ended) {
        this.record(organizationId, 'directory.token_revoked', { name, reason: 'undeclared' }, id);
      }
    }
    return alive.map(({ name, tokens }) => ({ token: name, tokens }));
  }

  async renameHeld(organizationId: string, renames: readonly HeldRename[]): Promise<void> {
    for (const { kind, from, to } of renames) {
      await this.in(organizationId, sql.RENAME_HELD[kind], [from, to ?? null]);
    }
  }

  async audit(organizationId: string, { type, data }: ReconcileEvent): Promise<void> {
    this.record(organizationId, type, data);
  }

  fileDigests(collection: string): Promise<readonly FileDigest[]> {
    return readFileDigests(this.client, collection);
  }

  saveFileDigests(collection: string, digests: readonly FileDigest[]): Promise<void> {
    return writeFileDigests(this.client, collection, digests, this.#changed);
  }

  /** What a revision brings along: the names that route here, and what its IdPs need. */
  private async writeAround(
    organizationId: string,
    name: string,
    revision: NewRevision,
    is: 'new' | 'known' = 'known',
  ): Promise<void> {
    this.#changed = true;
    const { masterKeys } = this.keys;
    await settled(
      replaceRoutes(this.client, organizationId, name, revision.document, this.by.now),
      replaceIdentityProviders(this.client, organizationId, masterKeys, revision, this.by.now, is),
    );
    if (this.applies) await noteExpiringItems(this.client, organizationId, revision.document, this.by.now);
    // nobody can have signed in at what is made here
    if (is === 'known') this.#written.add(organizationId);
  }

  private async endSessions(organizationId: string): Promise<void> {
    await this.enter(organizationId);
    const sessions = await endSessionsOfDisabled(this.client, organizationId);
    const reason = 'identity_provider_disabled';
    if (sessions > 0) this.record(organizationId, 'session.revoked', { reason, sessions });
  }

  private record(
    organizationId: string,
    type: AuditEvent['type'],
    data: AuditEvent['data'],
    subject = organizationId,
  ): void {
    if (!this.applies) return;
    const actor = { kind: 'token' as const, id: this.by.actor };
    const event: AuditEvent = { type, at: this.by.now, actor, subject, data };
    this.#events.set(organizationId, [...(this.#events.get(organizationId) ?? []), event]);
  }

  private async liveRevision(organizationId: string): Promise<LiveRevisionRow> {
    const [row] = await this.in<LiveRevisionRow>(organizationId, LIVE_REVISION, []);
    if (row === undefined) throw new Error(`there is no organization ${organizationId}`);
    return row;
  }

  /** Runs a statement for one organization, whose id is its first parameter. */
  private async in<R extends object>(
    organizationId: string,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<R[]> {
    return this.withOrganization(organizationId, () => query<R>(this.client, statement, [organizationId, ...values]));
  }

  /** Makes the organization the current one and sends one statement behind that, without waiting in between. */
  private async withOrganization<T>(organizationId: string, send: () => Promise<T>): Promise<T> {
    const [, answer] = await Promise.all([this.enter(organizationId), send()]);
    return answer;
  }

  /** Sent when it is called, so that what is sent next is the organization's. A transaction in which it failed is lost anyway. */
  private async enter(organizationId: string): Promise<void> {
    if (this.#workingFor === organizationId) return;
    this.#workingFor = organizationId;
    await this.client.query(workingFor(organizationId));
  }
}

/** Waits for all, also when one fails: what a failed one's siblings still send must not come behind the ROLLBACK. */
async function settled(...work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function toHead(row: HeadRow): OrganizationHead {
  const { applied_digest: appliedDigest, drifts_at: driftsAt, unmanaged } = row;
  const deviates = driftsAt !== null || unmanaged > 0;
  return {
    id: row.org_id,
    name: row.name,
    ...(row.collection !== null && { collection: row.collection }),
    revision: row.revision,
    digest: row.digest,
    ...(appliedDigest !== null && { appliedDigest }),
    ...(deviates && { deviation: { ...(driftsAt && { driftsAt }), unmanaged } }),
    deletionPolicy: row.deletion_policy,
  };
}
