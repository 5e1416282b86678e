import type { FactsJson } from '@rolecall/role-mapping';
import type { HeldGrant } from '../user-state.ts';
import type { ReconcileEvent, StateStore, StateTransaction } from '../state-store.ts';
import type { SignInEvidence } from '../sign-in-state.ts';
import type { SavedPlan } from '../collection/once.ts';
import type { WorkloadToken } from '../platform/withdrawn-trust.ts';
import { MemoryLeases } from './memory-leases.ts';
import { emptyState, idOf } from './memory-state.ts';
import type { MemoryOrganization, MemoryUser } from './memory-state.ts';
import { MemoryTransaction } from './memory-transaction.ts';

/** A user as a test states it. */
export interface TestUser {
  readonly identityProvider: string;
  readonly facts: FactsJson;
  readonly email?: string;
  /** What the user holds before anything is decided. */
  readonly grants?: readonly HeldGrant[];
  readonly groups?: readonly string[];
  /** Default true; false = disabled. */
  readonly active?: boolean;
  /** One for each. */
  readonly sessions?: readonly ('password' | 'sso')[];
  /** Besides a password, with which the user has an account here. */
  readonly secondFactor?: boolean;
}

const GIVEN = [{ kind: 'default', name: 'jit.defaults' }] as const;

/** The port in memory: transactions run one after the other, each on a copy that replaces the state when it commits. */
export class MemoryStateStore implements StateStore {
  #state = emptyState();
  readonly leases = new MemoryLeases();
  #last: Promise<unknown> = Promise.resolve();

  transaction<T>(mode: 'commit' | 'rollback', work: (state: StateTransaction) => Promise<T>): Promise<T> {
    const run = this.#last.then(async () => {
      const copy = structuredClone(this.#state);
      const result = await work(new MemoryTransaction(copy, this.leases));
      if (mode === 'commit') this.#state = copy;
      return result;
    });
    this.#last = run.catch(() => undefined);
    return run;
  }

  savePlan(plan: SavedPlan): Promise<void> {
    this.#state.plans.set(plan.id, plan);
    return Promise.resolve();
  }

  addUser(organization: string, user: TestUser): string {
    const userId = idOf(this.#state.nextId);
    this.#state.nextId += 1;
    this.#named(organization).users.push({
      userId,
      active: user.active ?? true,
      email: user.email,
      sessions: [...(user.sessions ?? [])],
      secondFactor: user.secondFactor ?? false,
      identityProvider: user.identityProvider,
      facts: user.facts,
      grants: (user.grants ?? []).map((grant) => ({ ...grant, sources: GIVEN })),
      groups: (user.groups ?? []).map((group) => ({ group, sources: GIVEN })),
    });
    return userId;
  }

  /** Somebody got in through an IdP. */
  addEvidence(organization: string, identityProvider: string, evidence: SignInEvidence): void {
    this.#named(organization).evidence.set(identityProvider, evidence);
  }

  /** A job of a pipeline got an API token. */
  addWorkloadToken(token: WorkloadToken): void {
    this.#state.workloadTokens.push(token);
  }

  /** Those of jobs that are alive. */
  workloadTokens(): readonly WorkloadToken[] {
    return this.#state.workloadTokens;
  }

  /** A token of the directory was issued. */
  addDirectoryToken(organization: string, token: string): void {
    const { directoryTokens } = this.#named(organization);
    directoryTokens.set(token, (directoryTokens.get(token) ?? 0) + 1);
  }

  /** Somebody signed in to an application. @param at the name of an OpenID Connect client, or an origin */
  addApplicationSignIn(organization: string, at: string): void {
    const { applicationSignIns } = this.#named(organization);
    applicationSignIns.set(at, (applicationSignIns.get(at) ?? 0) + 1);
  }

  /** Every organization with its revisions, by name. */
  organizations(): readonly Pick<MemoryOrganization, 'head' | 'revisions'>[] {
    return [...this.#state.organizations.values()].sort((a, b) => (a.head.name < b.head.name ? -1 : 1));
  }

  user(organization: string, userId: string): MemoryUser | undefined {
    return this.#named(organization).users.find((user) => user.userId === userId);
  }

  audit(organization: string): readonly ReconcileEvent[] {
    return this.#named(organization).audit;
  }

  /** Takes an organization into another collection, or into none. */
  setCollection(organization: string, collection: string | undefined): void {
    const found = this.#named(organization);
    const { collection: _, appliedDigest, ...head } = found.head;
    found.head = collection === undefined ? head : { ...head, collection, appliedDigest };
    if (collection === undefined) found.declaration = undefined;
  }

  #named(name: string): MemoryOrganization {
    const found = [...this.#state.organizations.values()].find(({ head }) => head.name === name);
    if (found === undefined) throw new Error(`no organization ${name}`);
    return found;
  }
}
