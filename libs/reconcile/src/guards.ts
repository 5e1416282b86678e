import type { ReconcileProblem } from './errors.ts';
import type { Prepared } from './perform.ts';
import type { ReconcileRequest } from './request.ts';

/** This many organizations one apply may delete, or this share of the collection when that is more. */
export const DELETE_CAP = { organizations: 5, share: 0.1 } as const;

/** Refusals of what is sound by itself and might still be a mistake: an input that came out empty or much too short. */
export function guards(request: ReconcileRequest, steps: readonly Prepared[], owned: number): ReconcileProblem[] {
  if (request.files.length === 0 && request.organizations.length === 0) {
    return [
      {
        code: 'empty_input',
        message: 'the input has no file; an empty input is refused, since it might be a failed checkout',
      },
    ];
  }
  const deletes = steps.filter((step) => step.action === 'delete').length;
  const cap = Math.max(DELETE_CAP.organizations, Math.floor(owned * DELETE_CAP.share));
  if (deletes <= cap) return [];
  const message = `${deletes} of ${owned} organizations would be deleted, one apply may delete ${cap}; remove fewer files at a time`;
  return [{ code: 'too_many_deletes', message }];
}
