import { Problem } from '@rolecall/platform';
import { LeaseError, OnceError, ReconcileError, RevisionMovedError, StalePlanError } from '@rolecall/reconcile';
import type { ReconcileCode } from '@rolecall/reconcile';

const STATUSES: Readonly<Record<ReconcileCode, number>> = {
  owned_by_other_collection: 409,
  needs_adopt: 409,
  name_taken: 422,
  email_domain_taken: 422,
  rename_conflict: 422,
  duplicate_organization: 422,
  secret_unavailable: 422,
  sso_not_tested: 409,
  no_recovery_admin: 409,
  no_sso_admin: 409,
  empty_input: 422,
  too_many_deletes: 422,
  conflict: 409,
  unmanaged_entries: 409,
  owned_by_git: 409,
  not_declared: 409,
  overridden: 409,
  too_many_overrides: 409,
  unowned_parts_invalid: 422,
  own_access: 409,
  duplicate_platform: 422,
  not_owned: 422,
  too_many_affected: 422,
  replace_needs_consent: 409,
};

/**
 * Turns what reconciling refuses into its answer: 409 `stale_plan` when something moved since the plan, else the code of
 * the first problem with all of them as diagnostics.
 */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StalePlanError || error instanceof RevisionMovedError) {
      throw new Problem(409, 'stale_plan', error.message);
    }
    if (error instanceof LeaseError || error instanceof OnceError) throw new Problem(409, error.code, error.message);
    if (!(error instanceof ReconcileError)) throw error;
    const diagnostics = error.problems.map((problem) => ({ severity: 'error' as const, ...problem }));
    throw new Problem(STATUSES[error.code], error.code, error.message, diagnostics);
  }
}
