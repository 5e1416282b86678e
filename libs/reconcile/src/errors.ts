/** Refusals of a guard: the input is sound, and doing it might hurt. The command line ends with 5. */
export const GUARD_CODES = [
  'owned_by_other_collection',
  'needs_adopt',
  'empty_input',
  'too_many_deletes',
  'too_many_affected',
  'replace_needs_consent',
  'sso_not_tested',
  'no_recovery_admin',
  'no_sso_admin',
  'unmanaged_entries',
  'owned_by_git',
  'not_declared',
  'overridden',
  'too_many_overrides',
  'own_access',
] as const;

/** Refusals of the input itself. The command line ends with 3. */
export const INPUT_CODES = [
  'rename_conflict',
  'duplicate_organization',
  'name_taken',
  'email_domain_taken',
  'secret_unavailable',
  'not_owned',
  'unowned_parts_invalid',
  'duplicate_platform',
] as const;

/** What is declared and what is live moved apart: somebody has to decide. The command line ends with 4. */
export const CONFLICT_CODES = ['conflict'] as const;

export type ReconcileCode =
  | (typeof GUARD_CODES)[number]
  | (typeof INPUT_CODES)[number]
  | (typeof CONFLICT_CODES)[number];

/** One reason why a request is refused. */
export interface ReconcileProblem {
  readonly code: ReconcileCode;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
  /** Absent when it concerns the whole request. */
  readonly organization?: string;
  /** JSON pointer into the organization's document. */
  readonly pointer?: string;
}

/**
 * The request is refused and nothing was written. Holds every problem that was found, at least one; `code`, `message`,
 * `organization` and `pointer` are those of the first. State stores throw it as well (`email_domain_taken`, `name_taken`).
 */
export class ReconcileError extends Error {
  override readonly name = 'ReconcileError';
  readonly code: ReconcileCode;
  readonly organization?: string;
  readonly pointer?: string;

  constructor(readonly problems: readonly [ReconcileProblem, ...ReconcileProblem[]]) {
    super(problems.map((problem) => problem.message).join('\n'));
    const [first] = problems;
    this.code = first.code;
    this.organization = first.organization;
    this.pointer = first.pointer;
  }
}

/** What was reviewed or compared is not what is there now. Thrown inside the transaction, so nothing stays. Exit code 4. */
export class StalePlanError extends Error {
  override readonly name = 'StalePlanError';
  readonly code = 'stale_plan';

  constructor(message: string) {
    super(`${message}; make and review a new plan`);
  }
}
