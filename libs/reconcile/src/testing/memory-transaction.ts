import { SSO_ADMIN } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { Done, StoredLease } from '../leases.ts';
import type { ApplyResult, SavedPlan } from '../once.ts';
import type { PlatformState } from '../platform.ts';
import { rootDigestOf } from '../root-digest.ts';
import { secretFingerprint } from '../secret.ts';
import type { SecretPlace } from '../secret.ts';
import { DIRECTORY, RevisionMovedError } from '../state-store.ts';
import type {
  ClosedDoors,
  CollectionState,
  Declaration,
  Deviation,
  EditedScopes,
  EndedTokens,
  FileDigest,
  HeldGrant,
  HeldRename,
  LocalDoors,
  NewOrganization,
  NewRevision,
  OrganizationHead,
  Override,
  ReconcileEvent,
  SignInEvidence,
  StateTransaction,
  UserFacts,
  UserGrants,
} from '../state-store.ts';
import { memoryPlatform } from './memory-platform.ts';
import type { MemoryLeases } from './memory-leases.ts';
import {
  headOf,
  memoryFingerprintKey,
  renameHeldBy,
  secretsAfter,
  taken,
  withoutSecrets,
} from './memory-organization.ts';
import { idOf } from './memory-state.ts';
import type { MemoryOrganization, MemoryState } from './memory-state.ts';

/** Users per batch: small, so that tests cross a border with few users. */
const BATCH = 3;

export class MemoryTransaction implements StateTransaction {
  readonly platform: PlatformState;
  #changed = false;
  readonly #state: MemoryState;

  /** @param leases is no copy: a lease that ends meanwhile is seen */
  constructor(
    state: MemoryState,
    private readonly leases: MemoryLeases,
  ) {
    this.#state = state;
    this.platform = memoryPlatform(state);
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

  async *factsOfUsers(organizationId: string): AsyncIterable<readonly UserFacts[]> {
    const { users } = this.#organization(organizationId);
    for (let start = 0; start < users.length; start += BATCH) {
      yield users.slice(start, start + BATCH).map((user) => ({
        userId: user.userId,
        active: user.active,
        identityProvider: user.identityProvider,
        facts: user.facts,
        grants: user.grants.map(({ scope, role, edited }) => ({ scope, role, ...(edited && { edited }) })),
        groups: user.groups.map(({ group }) => group),
      }));
    }
  }

  replaceGrants(organizationId: string, _revision: number, users: readonly UserGrants[]): Promise<void> {
    const wanted = new Map(users.map((user) => [user.userId, user]));
    for (const user of this.#organization(organizationId).users) {
      const held = wanted.get(user.userId);
      if (held === undefined) continue;
      const isGiven = (one: HeldGrant) => held.grants.some((it) => it.scope === one.scope && it.role === one.role);
      const edited = user.grants.filter((one) => one.edited === true && !isGiven(one));
      Object.assign(user, { grants: [...held.grants, ...edited], groups: [...held.groups] });
    }
    return Promise.resolve();
  }

  retractEdited(organizationId: string, { scopes, roles }: EditedScopes): Promise<void> {
    for (const user of this.#organization(organizationId).users) {
      user.grants = user.grants.filter(
        ({ edited, scope, role }) => edited !== true || (scopes.includes(scope) && roles.includes(role)),
      );
    }
    return Promise.resolve();
  }

  emails(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { users } = this.#organization(organizationId);
    const found = users.filter(({ userId, email }) => email !== undefined && userIds.includes(userId));
    return Promise.resolve(new Map(found.map(({ userId, email = '' }) => [userId, email])));
  }

  users(organizationId: string): Promise<number> {
    return Promise.resolve(this.#organization(organizationId).users.length);
  }

  administrators(organizationId: string): Promise<number> {
    const { users } = this.#organization(organizationId);
    const admins = users.filter(({ active, grants }) => active && grants.some(({ role }) => role === SSO_ADMIN));
    return Promise.resolve(admins.length);
  }

  linkedUsers(organizationId: string, identityProvider: string): Promise<number> {
    const { users } = this.#organization(organizationId);
    return Promise.resolve(users.filter((user) => user.identityProvider === identityProvider).length);
  }

  directoryUsers(organizationId: string): Promise<number> {
    return this.linkedUsers(organizationId, DIRECTORY);
  }

  secretFingerprint(organizationId: string, identityProvider: string, at: SecretPlace): Promise<string | undefined> {
    const secret = this.#organization(organizationId).secrets.get(identityProvider);
    return Promise.resolve(secret && secretFingerprint(memoryFingerprintKey(at.collection), at, secret));
  }

  evidence(organizationId: string): Promise<ReadonlyMap<string, SignInEvidence>> {
    return Promise.resolve(this.#organization(organizationId).evidence);
  }

  closeLocalDoors(organizationId: string, { exempt, endSessions }: LocalDoors): Promise<ClosedDoors> {
    const closed = { sessions: 0, secondFactors: 0 };
    for (const user of this.#organization(organizationId).users) {
      if (user.email !== undefined && exempt.includes(user.email.toLowerCase())) continue;
      const stay = endSessions ? user.sessions.filter((how) => how === 'sso') : user.sessions;
      closed.sessions += user.sessions.length - stay.length;
      closed.secondFactors += Number(user.secondFactor);
      Object.assign(user, { sessions: stay, secondFactor: false });
    }
    return Promise.resolve(closed);
  }

  endAllSessions(organizationId: string): Promise<number> {
    let ended = 0;
    for (const user of this.#organization(organizationId).users) {
      ended += user.sessions.length;
      user.sessions = [];
    }
    return Promise.resolve(ended);
  }

  forgetEvidence(organizationId: string, identityProvider: string): Promise<void> {
    this.#organization(organizationId).evidence.delete(identityProvider);
    return Promise.resolve();
  }

  renameIdentityProvider(organizationId: string, from: string, to: string): Promise<void> {
    const { users, secrets, evidence } = this.#organization(organizationId);
    const proof = evidence.get(from);
    if (proof !== undefined) evidence.set(to, proof);
    evidence.delete(from);
    const secret = secrets.get(from);
    if (secret !== undefined) secrets.set(to, secret);
    secrets.delete(from);
    for (const user of users) {
      if (user.identityProvider === from) user.identityProvider = to;
    }
    return Promise.resolve();
  }

  renameDirectoryToken(organizationId: string, from: string, to: string): Promise<void> {
    const { directoryTokens } = this.#organization(organizationId);
    const tokens = directoryTokens.get(from) ?? 0;
    directoryTokens.set(to, (directoryTokens.get(to) ?? 0) + tokens);
    directoryTokens.delete(from);
    return Promise.resolve();
  }

  endDirectoryTokens(organizationId: string, names: readonly string[]): Promise<readonly EndedTokens[]> {
    const { directoryTokens } = this.#organization(organizationId);
    const ended = names.toSorted().map((token) => ({ token, tokens: directoryTokens.get(token) ?? 0 }));
    for (const token of names) directoryTokens.delete(token);
    return Promise.resolve(ended.filter(({ tokens }) => tokens > 0));
  }

  renameHeld(organizationId: string, renames: readonly HeldRename[]): Promise<void> {
    for (const user of this.#organization(organizationId).users) {
      for (const rename of renames) renameHeldBy(user, rename);
    }
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
