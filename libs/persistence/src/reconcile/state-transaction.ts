import type { PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import { SSO_ADMIN } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { secretFingerprint } from '@rolecall/reconcile';
import type {
  ApplyResult,
  ClosedDoors,
  CollectionState,
  Declaration,
  Deviation,
  Done,
  EditedScopes,
  EndedTokens,
  FileDigest,
  HeldRename,
  LocalDoors,
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
import { DEPLOYMENT } from '../audit/deployment.ts';
import { COUNT_TOKENS, RENAME_TOKENS, REVOKE_TOKENS } from '../directory/token-statements.ts';
import { noteExpiringItems } from '../expiry/note-items.ts';
import { replaceGrants } from '../grants/replace-grants.ts';
import { PgPlatformState } from '../platform/platform-revisions.ts';
import type { SecretKeys } from '../secrets/fingerprint-keys.ts';
import { clientSecretName } from '../secrets/secret-names.ts';
import { Vault } from '../secrets/vault.ts';
import { newId } from '../new-id.ts';
import { EVIDENCE, FORGET_EVIDENCE } from '../sso/statements.ts';
import { lockCollection, readCollection, readFileDigests, writeFileDigests } from './collections.ts';
import { readDeclaration, readOverrides, writeDeclaration, writeDeviation, writeOverrides } from './declarations.ts';
import { factsOfUsers } from './facts-of-users.ts';
import { readHeads } from './heads.ts';
import { endSessionsOfDisabled, renameIdentityProvider, replaceIdentityProviders } from './identity-providers.ts';
import { countDoors, countSessions, endSignIns } from './local-doors.ts';
import { countUnderLease, readLease } from './leases.ts';
import { applyResult, keepApplyResult, savedPlan, usePlan } from './once.ts';
import { OrganizationConnection } from './organization-connection.ts';
import { PendingEvents } from './pending-events.ts';
import { insertOrganization, insertRevision, liveRevision, renameOrganization } from './revisions.ts';
import { replaceRoutes } from './routes.ts';
import { ADOPT_ORGANIZATION, DELETE_ORGANIZATION, RELEASE_ORGANIZATION } from './organization-statements.ts';
import type { Reconciler } from './state-store.ts';
import {
  ADMINISTRATORS,
  DIRECTORY_USERS,
  EMAILS,
  LINKED_USERS,
  RENAME_HELD,
  RETRACT_EDITED,
  USERS,
} from './user-statements.ts';

interface EvidenceRow {
  readonly identity_provider: string;
  readonly connection_digest: string;
  readonly at: Date;
}

/** One plan or apply, on PostgreSQL. */
export class PgStateTransaction implements StateTransaction {
  readonly platform: PlatformState;
  #changed = false;
  /** The collection whose row is locked. */
  #locked: string | undefined;
  readonly #written = new Set<string>();
  /** Organizations whose document turned SSO on or off, or exempts fewer people. */
  readonly #endsSignIns = new Map<string, LocalDoors | 'all'>();
  readonly #events = new PendingEvents();
  readonly #on: OrganizationConnection;

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
    this.#on = new OrganizationConnection(client);
    this.platform = new PgPlatformState(client, by.now, applies, {
      saved: (revision, { digest, origin, collection }) => {
        const { file, commit, repository } = origin;
        this.record(DEPLOYMENT, 'platform.updated', { revision, digest, file, commit, repository, collection });
      },
      ended: (id) => this.record(DEPLOYMENT, 'token.ended', { reason: 'trust_withdrawn' }, id),
    });
  }

  /**
   * Ends the sessions of IdPs that are disabled by now, and what turning SSO on or off ends; and appends the audit events of all organizations: last of all, since
   * the one would keep session checks waiting, and the other everything that is audited.
   */
  async finish(): Promise<void> {
    if (this.applies) for (const organizationId of [...this.#written].sort()) await this.endSessions(organizationId);
    await this.#events.append(this.#on);
  }

  collection(name: string): Promise<CollectionState> {
    const lock = this.applies && this.#locked !== name;
    if (lock) this.#locked = name;
    return lock ? lockCollection(this.client, name) : readCollection(this.client, name);
  }

  lease(collection: string, hold?: 'hold'): Promise<StoredLease | undefined> {
    return readLease(this.client, collection, hold === 'hold');
  }

  countUnderLease(collection: string, fencing: number, done: Done): Promise<void> {
    return countUnderLease(this.client, collection, fencing, done);
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

  heads(collection: string, names: readonly string[]): Promise<ReadonlyMap<string, OrganizationHead>> {
    return readHeads(this.client, collection, names, this.applies);
  }

  async document(organizationId: string): Promise<OrganizationDocument> {
    return (await liveRevision(this.#on, organizationId)).document;
  }

  async create(organization: NewOrganization): Promise<OrganizationHead> {
    const { name, revision } = organization;
    const head = await insertOrganization(this.#on, newId(), organization, this.by.now);
    await this.writeAround(head.id, name, revision, 'new');
    return head;
  }

  async addRevision(organizationId: string, base: number, revision: NewRevision): Promise<OrganizationHead> {
    const head = await insertRevision(this.#on, organizationId, base, revision, this.by.now);
    await this.writeAround(organizationId, head.name, revision);
    return head;
  }

  async rename(organizationId: string, name: string): Promise<void> {
    await renameOrganization(this.#on, organizationId, name);
    this.#changed = true;
  }

  async release(organizationId: string): Promise<void> {
    await this.#on.query(organizationId, RELEASE_ORGANIZATION);
    this.#changed = true;
  }

  async adopt(organizationId: string, collection: string): Promise<void> {
    const adopted = await this.#on.query(organizationId, ADOPT_ORGANIZATION, [collection]);
    if (adopted.length > 0) this.#changed = true;
  }

  declaration(organizationId: string): Promise<Declaration | undefined> {
    return readDeclaration(this.#on, organizationId);
  }

  declare(id: string, declared: Declaration & { readonly digest: string }, deviation?: Deviation): Promise<void> {
    return writeDeclaration(this.#on, id, declared, deviation);
  }

  deviate(organizationId: string, deviation: Deviation | undefined): Promise<void> {
    return writeDeviation(this.#on, organizationId, deviation);
  }

  overrides(organizationId: string): Promise<readonly Override[]> {
    return readOverrides(this.#on, organizationId);
  }

  replaceOverrides(organizationId: string, overrides: readonly Override[]): Promise<void> {
    return writeOverrides(this.#on, organizationId, overrides);
  }

  async delete(organizationId: string): Promise<void> {
    await this.#on.query(organizationId, DELETE_ORGANIZATION);
    this.#changed = true;
  }

  async *factsOfUsers(organizationId: string): AsyncIterable<readonly UserFacts[]> {
    await this.#on.enter(organizationId);
    for await (const batch of factsOfUsers(this.client, organizationId, this.applies)) {
      yield batch;
      // the caller may have worked for another organization in between
      await this.#on.enter(organizationId);
    }
  }

  async replaceGrants(organizationId: string, revision: number, users: readonly UserGrants[]): Promise<void> {
    if (!this.applies) return;
    await this.#on.enter(organizationId);
    await replaceGrants(this.client, organizationId, revision, users, this.by.now);
  }

  async retractEdited(organizationId: string, { scopes, roles }: EditedScopes): Promise<void> {
    if (this.applies) await this.#on.query(organizationId, RETRACT_EDITED, [scopes, roles]);
  }

  async emails(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#on.query<{ user_id: string; email: string }>(organizationId, EMAILS, [userIds]);
    return new Map(rows.map((row) => [row.user_id, row.email]));
  }

  users(organizationId: string): Promise<number> {
    return this.#on.count(organizationId, USERS);
  }

  administrators(organizationId: string): Promise<number> {
    return this.#on.count(organizationId, ADMINISTRATORS, [SSO_ADMIN]);
  }

  linkedUsers(organizationId: string, identityProvider: string): Promise<number> {
    return this.#on.count(organizationId, LINKED_USERS, [identityProvider]);
  }

  directoryUsers(organizationId: string): Promise<number> {
    return this.#on.count(organizationId, DIRECTORY_USERS);
  }

  async secretFingerprint(
    organizationId: string,
    identityProvider: string,
    at: SecretPlace,
  ): Promise<string | undefined> {
    await this.#on.enter(organizationId);
    const secret = await new Vault(this.client, organizationId, this.keys.masterKeys).read(
      clientSecretName(identityProvider),
    );
    return secret && secretFingerprint(await this.keys.fingerprints.of(at.collection), at, secret);
  }

  async renameIdentityProvider(organizationId: string, from: string, to: string): Promise<void> {
    await this.#on.enter(organizationId);
    await renameIdentityProvider(this.client, organizationId, this.keys.masterKeys, { from, to });
  }

  async evidence(organizationId: string): Promise<ReadonlyMap<string, SignInEvidence>> {
    const rows = await this.#on.query<EvidenceRow>(organizationId, EVIDENCE);
    return new Map(rows.map((row) => [row.identity_provider, { connectionDigest: row.connection_digest, at: row.at }]));
  }

  async forgetEvidence(organizationId: string, identityProvider: string): Promise<void> {
    await this.#on.query(organizationId, FORGET_EVIDENCE, [identityProvider]);
  }

  async closeLocalDoors(organizationId: string, doors: LocalDoors): Promise<ClosedDoors> {
    this.#endsSignIns.set(organizationId, doors);
    return countDoors(this.#on, organizationId, doors);
  }

  async endAllSessions(organizationId: string): Promise<number> {
    this.#endsSignIns.set(organizationId, 'all');
    return countSessions(this.#on, organizationId);
  }

  async renameDirectoryToken(organizationId: string, from: string, to: string): Promise<void> {
    if (this.applies) await this.#on.query(organizationId, RENAME_TOKENS, [from, to]);
  }

  async endDirectoryTokens(organizationId: string, names: readonly string[]): Promise<readonly EndedTokens[]> {
    if (names.length === 0) return [];
    const values = [names, this.by.now];
    const alive = await this.#on.query<{ name: string; tokens: number }>(organizationId, COUNT_TOKENS, values);
    if (this.applies && alive.length > 0) {
      const ended = await this.#on.query<{ token_id: string; name: string }>(organizationId, REVOKE_TOKENS, values);
      for (const { token_id: id, name } of ended) {
        this.record(organizationId, 'directory.token_revoked', { name, reason: 'undeclared' }, id);
      }
    }
    return alive.map(({ name, tokens }) => ({ token: name, tokens }));
  }

  async renameHeld(organizationId: string, renames: readonly HeldRename[]): Promise<void> {
    for (const { kind, from, to } of renames) {
      await this.#on.query(organizationId, RENAME_HELD[kind], [from, to ?? null]);
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
    await this.#on.enter(organizationId);
    const sessions = await endSessionsOfDisabled(this.client, organizationId);
    const reason = 'identity_provider_disabled';
    if (sessions > 0) this.record(organizationId, 'session.revoked', { reason, sessions });
    await this.endSignIns(organizationId);
  }

  private async endSignIns(organizationId: string): Promise<void> {
    const what = this.#endsSignIns.get(organizationId);
    if (what === undefined) return;
    const vault = new Vault(this.client, organizationId, this.keys.masterKeys);
    const sessions = await endSignIns(this.#on, vault, what, this.by.now);
    const reason = what === 'all' ? 'sso_released' : 'sso_enforced';
    if (sessions > 0) this.record(organizationId, 'session.revoked', { reason, sessions });
  }

  private record(
    organizationId: string,
    type: AuditEvent['type'],
    data: AuditEvent['data'],
    subject = organizationId,
  ): void {
    if (!this.applies) return;
    const actor = { kind: this.by.kind ?? 'token', id: this.by.actor };
    const event: AuditEvent = { type, at: this.by.now, actor, subject, data };
    this.#events.add(organizationId, event);
  }
}

/** Waits for all, also when one fails: what a failed one's siblings still send must not come behind the ROLLBACK. */
async function settled(...work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
