import type { Patch } from './patch.ts';

/** Whether a PATCH of a user says `active: false`, in whatever dialect, and nothing else. */
export function deactivates({ changes, members }: Patch): boolean {
  const [change, ...more] = changes;
  if (change?.kind !== 'value' || more.length > 0 || members !== undefined) return false;
  const { path, step } = change;
  const isActive = path.extension === undefined && path.attribute.name === 'active' && path.sub === undefined;
  return isActive && step.kind === 'set' && step.value === false;
}
