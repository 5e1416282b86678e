import { createHash } from 'node:crypto';
import { StalePlanError } from '../errors.ts';
import type { Plan, PlanSummary } from '../plan/plan.ts';

/** A saved plan waits so long for its apply. */
export const SAVED_PLAN_MS = 7 * 24 * 60 * 60 * 1000;

/** So long a repeated apply gets the result of the first. */
export const APPLY_RESULT_MS = 24 * 60 * 60 * 1000;

/** What is on record of a saved plan: nothing of its contents, which whoever saved it has. */
export interface SavedPlan {
  /** UUID. */
  readonly id: string;
  readonly collection: string;
  readonly fingerprint: string;
  /** `baseOf(plan)`: the revisions that it was made at. */
  readonly base: string;
  readonly expiresAt: Date;
  readonly usedAt?: Date;
}

export interface AppliedRevision {
  readonly organization: string;
  /** The one that it has now; of a deleted organization the last that it had. */
  readonly revision: number;
}

/** What came of an apply, without a value of any document. */
export interface ApplyResult {
  /** UUID that the client chose. */
  readonly id: string;
  /** Id of the API token. */
  readonly actor: string;
  readonly collection: string;
  readonly fingerprint: string;
  readonly summary: PlanSummary;
  readonly applied: readonly AppliedRevision[];
}

/** What may be done once was done, or is not known any more. Nothing was written. Exit code 4. */
export class OnceError extends Error {
  override readonly name = 'OnceError';
  constructor(
    readonly code: 'plan_used' | 'plan_unknown' | 'apply_id_reused',
    message: string,
  ) {
    super(message);
  }
}

/** `sha256:<hex>` of the revisions that a plan was made at. The order of its changes does not count. */
export function baseOf({ changes, platform }: Pick<Plan, 'changes' | 'platform'>): string {
  const lines = changes
    .map((change) => `${change.previousName ?? change.organization} ${change.baseRevision}\n`)
    .sort();
  // no organization has such a name
  if (platform) lines.push(`@platform ${platform.baseRevision}\n`);
  return `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`;
}

/**
 * Lets a saved plan through that nobody used.
 * @param id what the apply names
 * @throws OnceError, StalePlanError
 */
export function requireUnused(
  id: string,
  plan: SavedPlan | undefined,
  apply: { readonly collection: string; readonly fingerprint: string | undefined },
  now: Date,
): SavedPlan {
  const again = 'make and review a new plan';
  if (plan === undefined || plan.collection !== apply.collection || plan.expiresAt <= now) {
    throw new OnceError('plan_unknown', `the saved plan ${id} is not known; one is kept for 7 days, ${again}`);
  }
  if (plan.usedAt !== undefined) {
    const when = plan.usedAt.toISOString();
    throw new OnceError('plan_used', `the saved plan ${id} was applied at ${when}, and each is applied once; ${again}`);
  }
  if (plan.fingerprint !== apply.fingerprint) throw new StalePlanError(`the saved plan ${id} has another fingerprint`);
  return plan;
}

/**
 * The result of an apply that was done already under the id of this one.
 * @throws OnceError `apply_id_reused` when it was another apply, or another token's
 */
export function requireSameApply(
  result: ApplyResult,
  apply: { readonly actor: string; readonly collection: string; readonly fingerprint: string | undefined },
): ApplyResult {
  const same =
    result.actor === apply.actor && result.collection === apply.collection && result.fingerprint === apply.fingerprint;
  if (same) return result;
  throw new OnceError('apply_id_reused', `another apply had the id ${result.id}; choose a new one for each`);
}
