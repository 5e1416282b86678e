import type { ReconcileProblem } from '../errors.ts';
import { deletesGuard } from './limits.ts';
import type { Prepared } from '../prepare.ts';
import type { ReconcileRequest } from '../request.ts';

/** Refusals of what is sound by itself and might still be a mistake: an input that came out empty or much too short. */
export function guards(request: ReconcileRequest, steps: readonly Prepared[], owned: number): ReconcileProblem[] {
  if (request.partial === undefined && request.files.length === 0 && request.organizations.length === 0) {
    return [
      {
        code: 'empty_input',
        message: 'the input has no file; an empty input is refused, since it might be a failed checkout',
      },
    ];
  }
  // what is released stays as it is, but nobody's files change it any more: a checkout that lost files must not do that
  const removals = steps.filter(({ action }) => action === 'delete' || action === 'release').length;
  return deletesGuard(request, removals, owned);
}
