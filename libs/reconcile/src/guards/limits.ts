import type { ReconcileProblem } from '../errors.ts';
import type { OrganizationChange } from '../plan/plan.ts';
import type { Prepared } from '../prepare.ts';
import type { ReconcileRequest } from '../request.ts';
import type { StateTransaction } from '../state-store.ts';

/** A number, or a share of the whole: `20`, `10%`. */
export type Cap = `${number}` | `${number}%`;

/** How far one apply may go. */
export interface Limits {
  /** Organizations that it deletes or releases; a share is one of those that the collection owns. */
  readonly deletes?: Cap;
  /** Users whose grants or groups change; a share is one of all users of the organizations that change. */
  readonly affected?: Cap;
}

const CAP = /^(?:\d{1,7}|(?:100|\d{1,2})%)$/;

export function isCap(text: string): text is Cap {
  return CAP.test(text);
}

/** This many organizations one apply may delete or release when nothing else is said, or this share when that is more. */
const USUAL_DELETES = { organizations: 5, share: 0.1 } as const;

/**
 * A request may ask for less than usual. For more it may ask as far as the deployment lets it, whose ceiling is what is usual unless it
 * says otherwise: what the pipeline of a pull request says for itself is no limit.
 * @param now what would be deleted or released
 * @param left organizations of the collection
 */
export function deletesGuard(request: ReconcileRequest, now: number, left: number): ReconcileProblem[] {
  if (now === 0) return [];
  const before = request.before?.deletes ?? 0;
  const [removals, owned] = [now + before, left + before];
  const usual = Math.max(USUAL_DELETES.organizations, Math.floor(owned * USUAL_DELETES.share));
  const { limits, ceilings } = request;
  const ceiling = ceilings?.deletes === undefined ? usual : sizeOf(ceilings.deletes, owned);
  const asked = limits?.deletes === undefined ? usual : sizeOf(limits.deletes, owned);
  const cap = Math.min(asked, ceiling);
  if (removals <= cap) return [];
  const whose = cap < ceiling ? raise('--max-deletes') : deployment('ROLECALL_MAX_DELETES');
  const why = `${removals} of ${owned} organizations would be deleted or released, one apply may do that to ${cap}`;
  const less = request.partial === undefined ? 'remove fewer files at a time' : 'name fewer organizations at a time';
  return [{ code: 'too_many_deletes', message: `${why}; ${less}${whose}` }];
}

/** How many users the organizations have that change; looked up only where a share is asked for. */
export async function usersOf(
  state: StateTransaction,
  { limits, ceilings }: Pick<ReconcileRequest, 'limits' | 'ceilings'>,
  steps: readonly Prepared[],
): Promise<number> {
  const shares = [limits?.affected, ceilings?.affected].some((cap) => cap?.endsWith('%'));
  if (!shares) return 0;
  let users = 0;
  for (const step of steps) if ('head' in step) users += await state.users.count(step.head.id);
  return users;
}

/** Refuses a blast radius that is larger than was meant. @param users of the organizations that change */
export function affectedGuard(
  { limits, ceilings, before }: Pick<ReconcileRequest, 'limits' | 'ceilings' | 'before'>,
  changes: readonly Pick<OrganizationChange, 'organization' | 'impact'>[],
  users: number,
): ReconcileProblem[] {
  const now = changes.reduce((sum, { impact }) => sum + impact.affectedUsers, 0);
  if (now === 0) return [];
  const sofar = before?.affected ?? 0;
  // a share is one of the users whom this concerns, and not of those before
  const size = (cap: Cap | undefined) => {
    if (cap === undefined) return Number.POSITIVE_INFINITY;
    return cap.endsWith('%') ? sizeOf(cap, users) + sofar : sizeOf(cap, users);
  };
  const [asked, ceiling] = [size(limits?.affected), size(ceilings?.affected)];
  const cap = Math.min(asked, ceiling);
  const affected = now + sofar;
  if (affected <= cap) return [];
  const most = changes
    .toSorted((a, b) => b.impact.affectedUsers - a.impact.affectedUsers)
    .slice(0, 3)
    .map(({ organization, impact }) => `${organization} ${impact.affectedUsers}`);
  const whose = cap < ceiling ? raise('--max-affected') : deployment('ROLECALL_MAX_AFFECTED');
  const why = `${affected} users would gain or lose grants or groups (${most.join(', ')}), one apply may do that to ${cap}`;
  return [{ code: 'too_many_affected', message: `${why}; change less at a time${whose}` }];
}

function sizeOf(cap: Cap, whole: number): number {
  return cap.endsWith('%') ? Math.floor((whole * Number(cap.slice(0, -1))) / 100) : Number(cap);
}

const raise = (flag: string) => `, or say with ${flag} that so many are meant`;
const deployment = (variable: string) => `; the limit is that of the server (${variable})`;
