import { StalePlanError } from './errors.ts';
import { requireLease } from './collection/leases.ts';
import type { Done, HeldLease } from './collection/leases.ts';
import { baseOf, requireSameApply, requireUnused } from './collection/once.ts';
import type { AppliedRevision, ApplyResult } from './collection/once.ts';
import type { OrganizationChange, Plan } from './plan/plan.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcileRequest } from './request.ts';
import type { StateTransaction } from './state-store.ts';

/** What an apply comes with beside its request. */
export interface ApplyTerms {
  /** Id of the API token. */
  readonly actor: string;
  /** Its lease. Without it the collection must be nobody's at the moment. */
  readonly lease?: HeldLease;
  /** UUID of the saved plan that it is, which may be applied once. */
  readonly planId?: string;
  /** UUID that the client chose: the same one again gets the same result, and nothing is done twice. */
  readonly applyId?: string;
}

export interface Applied {
  /** Absent in the answer to a repeated apply: values of documents are kept with their organizations only. */
  readonly plan?: Plan;
  readonly applied: readonly AppliedRevision[];
  /** It was done before, under the same `applyId`. */
  readonly repeated?: true;
}

/**
 * `reconcile()` as an apply does it, in a transaction that will be committed. Its lease is looked at before anything is
 * written, and last of all, from when on nobody can take it before the end.
 *
 * @throws what `reconcile()` throws, LeaseError, OnceError
 */
export async function apply(
  state: StateTransaction,
  request: ReconcileRequest,
  terms: ApplyTerms,
  now: Date,
): Promise<Applied> {
  const { collection, expectedFingerprint: fingerprint } = request;
  const { actor, lease, planId, applyId } = terms;
  // the first of two that are the same is over when the second has the lock
  await state.collection(collection);
  const before = await appliedBefore(state, request, terms);
  if (before !== undefined) return before;
  const current = await state.lease(collection);
  requireLease(collection, current, lease, now);
  const done = lease === undefined ? undefined : current?.done;
  const saved = planId && requireUnused(planId, await state.savedPlan(planId), { collection, fingerprint }, now);
  const plan = await reconcile(state, done === undefined ? request : { ...request, before: done }, now);
  if (saved && saved.base !== baseOf(plan)) throw new StalePlanError('an organization was changed since the plan');
  if (saved) await state.usePlan(saved.id, now);
  const applied = plan.changes.map(revisionAfter);
  if (applyId !== undefined) {
    const { summary } = plan;
    await state.keepApplyResult(
      { id: applyId, actor, collection, fingerprint: plan.fingerprint, summary, applied },
      now,
    );
  }
  if (lease !== undefined) await state.countUnderLease(collection, lease.fencing, doneBy(plan.changes));
  requireLease(collection, await state.lease(collection, 'hold'), lease, now);
  return { plan, applied };
}

function doneBy(changes: readonly OrganizationChange[]): Done {
  const deletes = changes.filter(({ action }) => action === 'delete' || action === 'release').length;
  return { deletes, affected: changes.reduce((sum, { impact }) => sum + impact.affectedUsers, 0) };
}

/** What came of an apply that has been done already. @throws OnceError `apply_id_reused` */
export async function appliedBefore(
  state: Pick<StateTransaction, 'applyResult'>,
  request: Pick<ReconcileRequest, 'collection' | 'expectedFingerprint'>,
  { actor, applyId }: ApplyTerms,
): Promise<Applied | undefined> {
  const result: ApplyResult | undefined = applyId === undefined ? undefined : await state.applyResult(applyId);
  if (result === undefined) return undefined;
  const { collection, expectedFingerprint: fingerprint } = request;
  const { applied } = requireSameApply(result, { actor, collection, fingerprint });
  return { applied, repeated: true };
}

function revisionAfter({ organization, action, baseRevision, fields }: OrganizationChange): AppliedRevision {
  const onlyAdopted = action === 'adopt' && fields.length === 0;
  const kept = action === 'delete' || action === 'release' || onlyAdopted;
  return { organization, revision: kept ? baseRevision : baseRevision + 1 };
}
