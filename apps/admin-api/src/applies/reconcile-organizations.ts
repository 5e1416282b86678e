import { randomUUID } from 'node:crypto';
import type { Database } from '@rolecall/persistence';
import { onceEach } from '@rolecall/org-config';
import type { CheckMetadata } from '@rolecall/org-config';
import { Problem } from '@rolecall/platform';
import type { MetadataSource } from '@rolecall/platform';
import { appliedBefore, apply, baseOf, reconcile, SAVED_PLAN_MS, StalePlanError } from '@rolecall/reconcile';
import type {
  Applied,
  ApplyTerms,
  Limits,
  OrganizationHead,
  Plan,
  ReconcileRequest,
  StateStore,
} from '@rolecall/reconcile';
import { requireRight } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import type { ApplyRequest, PlanRequest } from '../api/requests.ts';
import { requireDistinctPaths, requireWholeOrPart } from '../api/validate.ts';
import { checkDocuments } from './check-documents.ts';
import type { CheckedOrganization } from './check-documents.ts';
import type { OpenIdProviders } from './openid-providers.ts';
import { documentsAfter } from './documents-after.ts';
import { desiredPlatform, requirePlatformRight } from './platform.ts';
import { prepareIdentityProviders } from './prepare-identity-providers.ts';
import { requirePlanInReach, requireRequestInReach } from './reach-of-request.ts';
import { refusing } from './refusal.ts';
import { withSecrets } from './secrets.ts';
import { requireOwnOrigins } from './own-origins.ts';
import { requireVouched } from './vouched.ts';

/** A plan, and what an apply made of it. */
type Done = Applied & { readonly plan: Plan };

interface Prepared {
  readonly wanted: ReconcileRequest;
  readonly heads: ReadonlyMap<string, OrganizationHead>;
}

/** Plans and applies: the same steps, in a transaction that is rolled back or committed. */
export class ReconcileOrganizations {
  constructor(
    private readonly database: Pick<Database, 'reconcileState' | 'organizations' | 'collections' | 'audit'>,
    private readonly metadata: MetadataSource,
    private readonly providers: OpenIdProviders,
    private readonly ceilings: Limits,
    /** What an entry of trustedIssuers without `audience` asks for. */
    private readonly ownAudience: string,
  ) {}

  /**
   * Writes nothing, but that it was saved when that is asked for.
   * @param looked told how many users it looked at, page by page
   * @throws Problem
   */
  async plan(request: PlanRequest, caller: Principal, now: Date, looked?: (users: number) => void): Promise<Plan> {
    if (request.names === true) requireRight(caller, 'users.read', 'a plan that names users');
    const { plan } = await refusing(this.run(request, undefined, caller, now, looked));
    await this.auditNames(plan, caller, now);
    if (request.save !== true) return plan;
    const [id, expiresAt] = [randomUUID(), new Date(now.getTime() + SAVED_PLAN_MS)];
    const { collection, fingerprint } = plan;
    await this.database.collections.savePlan({ id, collection, fingerprint, base: baseOf(plan), expiresAt });
    return { ...plan, saved: { id, expiresAt: expiresAt.toISOString() } };
  }

  /** Who read whose names is on record before they are told. */
  private async auditNames({ collection, changes }: Plan, caller: Principal, now: Date): Promise<void> {
    const { actor } = caller;
    const named = changes.flatMap(({ organization, previousName = organization, impact }) =>
      impact.named && impact.named.users.length > 0 ? [[previousName, impact.named.users.length] as const] : [],
    );
    if (named.length === 0) return;
    const store = this.storeFor(caller, now);
    const names = named.map(([name]) => name);
    const heads = await store.transaction('rollback', (state) => state.heads(collection, names));
    for (const [name, users] of named) {
      const subject = heads.get(name)?.id;
      // gone since the plan: there is no chain any more, and nobody to tell of
      if (subject === undefined) throw new Problem(409, 'stale_plan', `${name} is gone; make a new plan`);
      await this.database.audit.append(subject, { type: 'users.exported', at: now, actor, subject, data: { users } });
    }
  }

  /** All or nothing, and what is sent again once. @throws Problem */
  async apply(request: ApplyRequest, caller: Principal, now: Date): Promise<Applied> {
    const { collection, fingerprint: expectedFingerprint, lease: fencing, leaseSecret, planId, applyId } = request;
    const lease = fencing === undefined ? undefined : { fencing, secret: leaseSecret ?? '' };
    const terms: ApplyTerms = { actor: caller.id, lease, planId, applyId };
    const store = this.storeFor(caller, now);
    const before = store.transaction('rollback', (state) =>
      appliedBefore(state, { collection, expectedFingerprint }, terms),
    );
    return (await refusing(before)) ?? (await refusing(this.run(request, terms, caller, now)));
  }

  /**
   * Checks and fetches all that can be had without a lock, then does everything else in one transaction.
   * @param terms of an apply; without them nothing stays
   */
  private async run(
    request: PlanRequest,
    terms: undefined,
    caller: Principal,
    now: Date,
    looked?: (users: number) => void,
  ): Promise<Done>;
  private async run(request: ApplyRequest, terms: ApplyTerms, caller: Principal, now: Date): Promise<Applied>;
  private async run(
    request: PlanRequest & Partial<ApplyRequest>,
    terms: ApplyTerms | undefined,
    caller: Principal,
    now: Date,
    looked?: (users: number) => void,
  ): Promise<Applied> {
    const { wanted, heads } = await this.prepare(request, terms, caller, now);
    const store = this.storeFor(caller, now, looked);
    return store.transaction(terms === undefined ? 'rollback' : 'commit', async (state) => {
      const done =
        terms === undefined
          ? { plan: await reconcile(state, wanted, now), applied: [] }
          : await apply(state, wanted, terms, now);
      if (done.plan !== undefined) {
        requireSameBase(done.plan, heads);
        if (terms !== undefined) requirePlatformRight(caller, done.plan);
        requirePlanInReach(caller, done.plan, await state.heads(wanted.collection, []), await state.platform.live());
        await requireOwnOrigins(done.plan.changes, state.signIns, caller);
      }
      return done;
    });
  }

  /** What is asked for, checked, in the caller's reach and with all that was fetched for it; and the heads that it was prepared for. */
  private async prepare(
    request: PlanRequest & Partial<ApplyRequest>,
    terms: ApplyTerms | undefined,
    caller: Principal,
    now: Date,
  ): Promise<Prepared> {
    requireDistinctPaths(request.files);
    requireWholeOrPart(request);
    const checked = await checkDocuments(request, onceEach(this.metadataProblems(now)), now);
    const platform = desiredPlatform(request, caller);
    await requireRequestInReach(caller, request, checked, this.database.collections);
    const { heads, after } = await this.storeFor(caller, now).transaction('rollback', async (state) => {
      const found = await state.heads(request.collection, checked.flatMap(namesOf));
      const documents = await documentsAfter(state, found, checked, request, now);
      await requireVouched(documents, found, state, caller);
      return { heads: found, after: documents };
    });
    const { collection } = request;
    const key = await this.database.collections.fingerprintKey(collection);
    const prepared = await prepareIdentityProviders(withSecrets(after, request.organizations, collection, key), {
      heads,
      organizations: this.database.organizations,
      metadata: this.metadata,
      providers: this.providers,
      makeKeys: terms !== undefined,
      now,
    });
    const organizations = prepared.map((one, index) => ({
      ...one,
      ...declaredOf(checked[index]),
      preparedFor: one.digest,
    }));
    return { heads, wanted: { ...this.asked(request, terms, caller), organizations, ...(platform && { platform }) } };
  }

  /** The request without its documents, under the ceilings of this server. */
  private asked(
    request: PlanRequest & Partial<ApplyRequest>,
    terms: ApplyTerms | undefined,
    { name, workload }: Principal,
  ): Omit<ReconcileRequest, 'organizations' | 'platform'> {
    const { collection, unchangedFiles, files, within, elsewhere, prune, adopt, unmanaged, conflicts } = request;
    const { partial, limits, allowReplace, names, fingerprint: expectedFingerprint } = request;
    const { ceilings, ownAudience } = this;
    return {
      collection,
      unchangedFiles,
      files,
      within,
      elsewhere,
      prune,
      adopt,
      unmanaged,
      conflicts,
      partial,
      limits,
      ceilings,
      allowReplace,
      names,
      origin: { ...request.origin, actor: name },
      ownAudience,
      ...(terms !== undefined && workload && { by: { identity: workload, ownAudience } }),
      expectedFingerprint,
    };
  }

  private metadataProblems(now: Date): CheckMetadata {
    return (xml, entityId) => {
      const read = this.metadata.read(xml, { entityId, now });
      return 'problem' in read ? [read.problem] : [];
    };
  }

  private storeFor({ id, kind }: Principal, now: Date, looked?: (users: number) => void): StateStore {
    return this.database.reconcileState({ actor: id, kind, now, looked });
  }
}

/**
 * What was prepared belongs to the revisions that were seen before the transaction: an organization that was as declared
 * then got nothing prepared, and must not be written with that when it has changed since.
 */
function requireSameBase(plan: Plan, heads: ReadonlyMap<string, OrganizationHead>): void {
  for (const { organization, previousName, baseRevision } of plan.changes) {
    const seen = heads.get(previousName ?? organization)?.revision ?? 0;
    if (seen !== baseRevision) throw new StalePlanError(`${organization} changed while the request was prepared`);
  }
}

/** What is prepared for the document that will be live belongs to the one that is declared. */
function declaredOf(checked: CheckedOrganization | undefined) {
  return checked && { document: checked.document, digest: checked.digest };
}

const namesOf = ({ document: { metadata } }: CheckedOrganization) => [metadata.name, ...(metadata.previously ?? [])];
