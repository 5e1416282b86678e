import { ScimError } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { readMembers } from '../resource/read-members.ts';
import { invalidValue, type Reading } from '../resource/reading.ts';
import type { MemberChanges } from './patch.ts';
import type { Target } from './target.ts';

/** What one operation does to the members of a group. */
export type MemberStep = Readonly<Record<'replace' | 'add' | 'remove', readonly string[] | undefined>>;

const NOTHING: MemberStep = { replace: undefined, add: undefined, remove: undefined };

/**
 * Reads an operation on `members`. Only shapes whose meaning is certain: anything else is refused, since taking it for "nothing" or
 * for "all of them" would lose or leave access (X16, X17).
 * @param value UNVERIFIED
 * @throws {ScimError}
 */
export function readMemberStep(
  op: 'add' | 'replace' | 'remove',
  { path, filter, elementSub }: Target,
  value: unknown,
  reading: Reading,
): MemberStep {
  if (path.sub || elementSub)
    throw new ScimError(400, 'mutability', 'a member cannot be changed; add or remove members');
  if (filter) {
    if (op !== 'remove')
      throw new ScimError(400, 'mutability', `a member cannot be changed by ${op}; add or remove members`);
    return { ...NOTHING, remove: idsOf(filter) };
  }
  if (op !== 'remove') {
    const ids = readMembers(value, 'members', reading);
    if (!ids) throw invalidValue('value', 'is required: the members');
    return { ...NOTHING, [op]: ids };
  }
  if (value === undefined) return { ...NOTHING, replace: [] };
  if (value === null || value === '')
    throw invalidValue('value', 'must be a list of members to remove; leave it out to remove all');
  return { ...NOTHING, remove: readMembers(value, 'members', reading) };
}

/** The ids that `members[value eq "…"]` names, with `or` between several and `type eq "User"` beside them. */
function idsOf(filter: Filter): readonly string[] {
  if (filter.kind === 'or') return filter.terms.flatMap(idsOf);
  if (filter.kind === 'and') {
    const [named, ...more] = filter.terms.filter((term) => !isUserType(term));
    if (named && more.length === 0) return idsOf(named);
  }
  if (isEquality(filter, 'value')) return [String(filter.value)];
  throw new ScimError(400, 'invalidFilter', 'members are removed by members[value eq "<id>"], or by a list of values');
}

function isUserType(filter: Filter): boolean {
  return isEquality(filter, 'type') && String(filter.value).toLowerCase() === 'user';
}

function isEquality(filter: Filter, name: string): filter is Filter & { kind: 'compare' } {
  return filter.kind === 'compare' && filter.operator === 'eq' && filter.path.attribute.name === name;
}

/**
 * What the steps of one request come to, so that the store needs neither their order nor the members that there are. Linear.
 * @returns undefined when there were none
 */
export function foldMembers(steps: readonly MemberStep[]): MemberChanges | undefined {
  if (steps.length === 0) return undefined;
  let exactly: Set<string> | undefined;
  const [add, remove] = [new Set<string>(), new Set<string>()];
  for (const step of steps) {
    if (step.replace) {
      exactly = new Set(step.replace);
      add.clear();
      remove.clear();
    }
    for (const id of step.add ?? []) {
      if (exactly) exactly.add(id);
      else add.add(id);
      remove.delete(id);
    }
    for (const id of step.remove ?? []) {
      if (exactly) exactly.delete(id);
      else remove.add(id);
      add.delete(id);
    }
  }
  return { ...(exactly && { replace: [...exactly] }), add: [...add], remove: [...remove] };
}
