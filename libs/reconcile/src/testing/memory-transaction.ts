import type { OrganizationDocument } from '@rolecall/org-config';
import type { Done, StoredLease } from '../collection/leases.ts';
import type { ApplyResult, SavedPlan } from '../collection/once.ts';
import type { PlatformState } from '../platform/platform.ts';
import { rootDigestOf } from '../collection/root-digest.ts';
import type { SignInState } from '../sign-in-state.ts';
import { RevisionMovedError } from '../state-store.ts';
import type {
  CollectionState,
  Declaration,
  Deviation,
  FileDigest,
  NewOrganization,
  NewRevision,
  OrganizationHead,
  Override,
  ReconcileEvent,
  StateTransaction,
} from '../state-store.ts';
import type { UserState } from '../user-state.ts';
import type { MemoryLeases } from './memory-leases.ts';
import { headOf, secretsAfter, taken, withoutSecrets } from './memory-organization.ts';
import { memoryPlatform } from './memory-platform.ts';
import { MemorySignIns } from './memory-sign-ins.ts';
import { idOf } from './memory-state.ts';
import type { MemoryOrganization, MemoryState } from './memory-state.ts';
import { MemoryUsers } from './memory-users.ts';

export class MemoryTransaction implements StateTransaction {
  readonly platform: PlatformState;
  readonly users: UserState;
  readonly signIns: SignInState;
  #changed = false;
  readonly #state: MemoryState;

  /** @param leases is no copy: a lease that ends meanwhile is seen */
  constructor(
    state: MemoryState,
    private readonly leases: MemoryLeases,
  ) {
    this.#state = state;
    this.platform = memoryPlatform(state);
    const find = (id: string) => this.#organization(id);
    this.users = new MemoryUsers(find);
    this.signIns = new MemorySignIns(find, () => [...this.#state.organizations.values()]);
  }

  collection(name: string): Promise<CollectionState> {
    const { generation, files, applied } = this.#collection(name);
    const owned = [...this.#state.organizations.values()].filter(({ head }) => head.collection === name);
    const deviating = owned.filter(({ head }) => head.deviation !== undefined).length;
    return Promise.resolve({ name, generation, deviating, ...(applied ? { rootDigest: rootDigestOf(files) } : {}) });
  }

  lease(collection: string): Promise<StoredLease | undefined> {
    return Promise.resolve(this.leases.find(collection));
  }

  countUnderLease(collection: string, fencing: number, done: Done): Promise<void> {
    this.leases.count(collection, fencing, done);
    return Promise.resolve();
  }

  savedPlan(id: string): Promise<SavedPlan | undefined> {
    return Promise.resolve(this.#state.plans.get(id));
  }

  usePlan(id: string, usedAt: Date): Promise<void> {
    const plan = this.#state.plans.get(id);
    if (plan !== undefined) this.#state.plans.set(id, { ...plan, usedAt });
    return Promise.resolve();
  }

  applyResult(id: string): Promise<ApplyResult | undefined> {
    return Promise.resolve(this.#state.results.get(id));
  }

  keepApplyResult(result: ApplyResult): Promise<void> {
    this.#state.results.set(result.id, result);
    return Promise.resolve();
  }

  heads(collection: string, names: readonly string[]): Promise<ReadonlyMap<string, OrganizationHead>> {
    const wanted = new Set(names);
    const heads = [...this.#state.organizations.values()].map((organization) => organization.head);
    const found = heads.filter((head) => wanted.has(head.name) || head.collection === collection);
    return Promise.resolve(new Map(found.map((head) => [head.name, head])));
  }

  document(organizationId: string): Promise<OrganizationDocument> {
    const revision = this.#organization(organizationId).revisions.at(-1);
    if (revision === undefined) throw new Error(`${organizationId} has no revision`);
    return Promise.resolve(revision.document);
  }

  create({ collection, name, revision }: NewOrganization): Promise<OrganizationHead> {
    this.#refuseTaken(undefined, name, revision.document);
    const id = idOf(this.#state.nextId);
    this.#state.nextId += 1;
    const head = { ...headOf({ id, name, collection, revision: 1 }, revision), appliedDigest: revision.digest };
    const { document, origin } = revision;
    this.#state.organizations.set(id, {
      head,
      revisions: [withoutSecrets(revision)],
      users: [],
      audit: [],
      declaration: { document, origin },
      overrides: [],
      secrets: secretsAfter(revision, new Map()),
      evidence: new Map(),
      directoryTokens: new Map(),
      applicationSignIns: new Map(),
    });
    this.#changed = true;
    return Promise.resolve(head);
  }

  addRevision(organizationId: string, base: number, revision: NewRevision): Promise<OrganizationHead> {
    const organization = this.#organization(organizationId);
    const { head } = organization;
    if (head.revision !== base) return Promise.reject(new RevisionMovedError(head.name, base, head.revision));
    this.#refuseTaken(organizationId, head.name, revision.document);
    organization.head = headOf({ ...head, revision: base + 1 }, revision);
    organization.revisions.push(withoutSecrets(revision));
    organization.secrets = secretsAfter(revision, organization.secrets);
    this.#changed = true;
    return Promise.resolve(organization.head);
  }

  rename(organizationId: string, name: string): Promise<void> {
    const organization = this.#organization(organizationId);
    organization.head = { ...organization.head, name };
    return Promise.resolve();
  }

  release(organizationId: string): Promise<void> {
    const organization = this.#organization(organizationId);
    const { collection: _, appliedDigest: __, deviation: ___, ...head } = organization.head;
    Object.assign(organization, { head, declaration: undefined, overrides: [] });
    this.#changed = true;
    return Promise.resolve();
  }

  adopt(organizationId: string, collection: string): Promise<void> {
    const organization = this.#organization(organizationId);
    if (organization.head.collection !== undefined) return Promise.resolve();
    organization.head = { ...organization.head, collection };
    this.#changed = true;
    return Promise.resolve();
  }

  declaration(organizationId: string): Promise<Declaration | undefined> {
    return Promise.resolve(this.#organization(organizationId).declaration);
  }

  declare(
    organizationId: string,
    { document, digest, origin }: Declaration & { readonly digest: string },
    deviation?: Deviation,
  ): Promise<void> {
    const organization = this.#organization(organizationId);
    organization.declaration = { document, origin };
    organization.head = { ...organization.head, appliedDigest: digest };
    return this.deviate(organizationId, deviation);
  }

  deviate(organizationId: string, deviation: Deviation | undefined): Promise<void> {
    const organization = this.#organization(organizationId);
    const { deviation: _, ...head } = organization.head;
    organization.head = { ...head, ...(deviation && { deviation }) };
    return Promise.resolve();
  }

  overrides(organizationId: string): Promise<readonly Override[]> {
    return Promise.resolve(this.#organization(organizationId).overrides);
  }

  replaceOverrides(organizationId: string, overrides: readonly Override[]): Promise<void> {
    const organization = this.#organization(organizationId);
    organization.overrides = overrides.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    return Promise.resolve();
  }

  delete(organizationId: string): Promise<void> {
    this.#state.organizations.delete(organizationId);
    this.#changed = true;
    return Promise.resolve();
  }

  audit(organizationId: string, event: ReconcileEvent): Promise<void> {
    this.#organization(organizationId).audit.push(event);
    return Promise.resolve();
  }

  fileDigests(collection: string): Promise<readonly FileDigest[]> {
    return Promise.resolve(this.#collection(collection).files);
  }

  saveFileDigests(collection: string, digests: readonly FileDigest[]): Promise<void> {
    const { generation } = this.#collection(collection);
    const next = this.#changed ? generation + 1 : generation;
    this.#state.collections.set(collection, { generation: next, files: [...digests], applied: true });
    return Promise.resolve();
  }

  #collection(name: string) {
    return this.#state.collections.get(name) ?? { generation: 0, files: [], applied: false };
  }

  #organization(id: string): MemoryOrganization {
    const organization = this.#state.organizations.get(id);
    if (organization === undefined) throw new Error(`no organization ${id}`);
    return organization;
  }

  /** What a database does with unique keys. */
  #refuseTaken(id: string | undefined, name: string, document: OrganizationDocument): void {
    for (const [otherId, { head, revisions }] of this.#state.organizations) {
      if (otherId === id) continue;
      if (head.name === name) throw taken('name_taken', name, '/metadata/name', name);
      const theirs = revisions.at(-1)?.document.spec.emailDomains ?? {};
      const asserted = new Map(Object.entries(theirs).filter(([, { verification }]) => verification === 'asserted'));
      const domain = Object.keys(document.spec.emailDomains ?? {}).find((mine) => asserted.has(mine));
      if (domain !== undefined) throw taken('email_domain_taken', name, `/spec/emailDomains/${domain}`, domain);
    }
  }
}
