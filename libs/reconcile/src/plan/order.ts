import type { Prepared } from '../prepare.ts';
import type { OrganizationChange } from './plan.ts';

/**
 * In which order one apply writes. What frees a name or an e-mail domain comes before what may take it:
 *
 *     release ─┐
 *     delete  ─┴─> rename ──> update that frees a domain ──> update ──> create
 *
 * An adopt is an update that takes ownership as well, and has its place there.
 */
const ORDER = ['release', 'delete', 'rename', 'update-freeing', 'update', 'create'] as const;

/** Sorted by that order, then by name, so that two applies lock in one order. */
export function appliesIn(steps: readonly Prepared[]): Prepared[] {
  return inOrder(steps, (step) => ({ ...step, fields: 'fields' in step ? step.fields : [] }));
}

/** The changes of a plan in that order: one that needs what another frees comes after it, also when each is applied by itself. */
export function changesInOrder(changes: readonly OrganizationChange[]): OrganizationChange[] {
  return inOrder(changes, (change) => ({ ...change, name: change.organization }));
}

type Place = Pick<OrganizationChange, 'action' | 'fields'> & { readonly name: string };

function inOrder<T>(all: readonly T[], placeOf: (one: T) => Place): T[] {
  return all
    .map((one) => ({ one, place: placeOf(one) }))
    .map(({ one, place }) => ({ one, name: place.name, rank: ORDER.indexOf(rankOf(place)) }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
    .map(({ one }) => one);
}

function rankOf({ action, fields }: Place): (typeof ORDER)[number] {
  if (action !== 'update' && action !== 'adopt') return action;
  const frees = fields.some((field) => field.action === 'delete' && field.path.startsWith('/spec/emailDomains/'));
  return frees ? 'update-freeing' : 'update';
}
