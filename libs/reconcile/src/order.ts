import type { Prepared } from './perform.ts';

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
  return [...steps].sort((a, b) => ORDER.indexOf(rank(a)) - ORDER.indexOf(rank(b)) || (a.name < b.name ? -1 : 1));
}

function rank(step: Prepared): (typeof ORDER)[number] {
  if (step.action !== 'update' && step.action !== 'adopt') return step.action;
  const domains = Object.keys(step.before.spec.emailDomains ?? {});
  const stays = new Set(Object.keys(step.after.spec.emailDomains ?? {}));
  return domains.every((domain) => stays.has(domain)) ? 'update' : 'update-freeing';
}
