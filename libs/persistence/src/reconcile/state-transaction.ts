import type { PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import type { OrganizationDocument } from '@rolecall/org-config';
import type {
  ApplyResult,
  CollectionState,
  Declaration,
  Deviation,
  Done,
  FileDigest,
  StoredLease,
  NewOrganization,
  NewRevision,
  OrganizationHead,
  Override,
  PlatformState,
  ReconcileEvent,
  SavedPlan,
  StateTransaction,
  UserState,
} from '@rolecall/reconcile';
import { DEPLOYMENT } from '../audit/deployment.ts';
import { noteExpiringItems } from '../expiry/note-items.ts';
import { PgPlatformState } from '../platform/platform-revisions.ts';
import type { SecretKeys } from '../secrets/fingerprint-keys.ts';
import { newId } from '../new-id.ts';
import { lockCollection, readCollection, readFileDigests, writeFileDigests } from './collections.ts';
import { readDeclaration, readOverrides, writeDeclaration, writeDeviation, writeOverrides } from './declarations.ts';
import { readHeads } from './heads.ts';
import { replaceApplicationSecrets } from '../secrets/application-secrets.ts';
import { replaceIdentityProviders } from './identity-providers.ts';
import { countUnderLease, readLease } from './leases.ts';
import { applyResult, keepApplyResult, savedPlan, usePlan } from './once.ts';
import { OrganizationConnection } from './organization-connection.ts';
import { PendingEvents } from './pending-events.ts';
import { insertOrganization, insertRevision, liveRevision, renameOrganization } from './revisions.ts';
import { replaceRoutes } from './routes.ts';
import { ADOPT_ORGANIZATION, DELETE_ORGANIZATION, RELEASE_ORGANIZATION } from './organization-statements.ts';
import { PgSignInState } from './sign-in-state.ts';
import type { Reconciler } from './state-store.ts';
import { PgUserState } from './user-state.ts';

/** One plan or apply, on PostgreSQL. */
export class PgStateTransaction implements StateTransaction {
  readonly platform: PlatformState;
  readonly users: UserState;
  readonly signIns: PgSignInState;
  #changed = false;
  /** The collection whose row is locked. */
  #locked: string | undefined;
  readonly #written = new Set<string>();
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
    this.users = new PgUserState(client, this.#on, by.now, applies, by.looked);
    this.signIns = new PgSignInState(client, this.#on, keys, by.now, applies, (...event) => this.record(...event));
  }

  /**
   * Ends the sessions of IdPs that are disabled by now, and what turning SSO on or off ends; and appends the audit events of all
   * organizations. Last of all, since the one would keep session checks waiting, and the other everything that is audited.
   */
  async finish(): Promise<void> {
    if (this.applies) for (const organizationId of [...this.#written].sort()) await this.signIns.finish(organizationId);
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
      replaceRoutes(this.client, organizationId, name, revision.document, { now: this.by.now, applies: this.applies }),
      replaceIdentityProviders(this.client, organizationId, masterKeys, revision, this.by.now, is),
      replaceApplicationSecrets(this.client, organizationId, masterKeys, revision, is),
    );
    if (this.applies) await noteExpiringItems(this.client, organizationId, revision.document, this.by.now);
    // nobody can have signed in at what is made here
    if (is === 'known') this.#written.add(organizationId);
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
