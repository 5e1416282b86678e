import { requireLease } from './leases.ts';
import type { Plan } from './plan.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcileRequest } from './request.ts';
import type { StateTransaction } from './state-store.ts';

/** What an apply comes with beside its request. */
export interface ApplyTerms {
  /** Fencing number of its lease. Without it the collection must be nobody's at the moment. */
  readonly lease?: number;
}

/**
 * `reconcile()` as an apply does it, in a transaction that will be committed. Its lease is looked at twice: first of all,
 * so that a late one waits for nothing, and last of all, from when on nobody can take it before the end.
 *
 * @throws what `reconcile()` throws, and LeaseError
 */
export async function apply(
  state: StateTransaction,
  request: ReconcileRequest,
  terms: ApplyTerms,
  now: Date,
): Promise<Plan> {
  const { collection } = request;
  requireLease(collection, await state.lease(collection), terms.lease, now);
  const plan = await reconcile(state, request, now);
  requireLease(collection, await state.lease(collection, 'hold'), terms.lease, now);
  return plan;
}
