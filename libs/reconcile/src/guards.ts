import type { ReconcileProblem } from './errors.ts';
import type { Prepared } from './perform.ts';
import type { ReconcileRequest } from './request.ts';

/** This many organizations one apply may delete or release, or this share of the collection when that is more. */
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
  // what is released stays as it is, but nobody's files change it any more: a checkout that lost files must not do that
  const removals = steps.filter(({ action }) => action === 'delete' || action === 'release').length;
  const cap = Math.max(DELETE_CAP.organizations, Math.floor(owned * DELETE_CAP.share));
  if (removals <= cap) return [];
  const message = `${removals} of ${owned} organizations would be deleted or released, one apply may do that to ${cap}; remove fewer files at a time`;
  return [{ code: 'too_many_deletes', message }];
}
