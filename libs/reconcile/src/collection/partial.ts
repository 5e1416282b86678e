import type { ReconcileProblem } from '../errors.ts';
import type { Prepared } from '../prepare.ts';
import type { OrganizationChange } from '../plan/plan.ts';
import type { ReconcileRequest } from '../request.ts';
import type { Step } from '../resolve.ts';
import type { FileDigest, OrganizationHead } from '../state-store.ts';

/** A digest that no file has: the file is sent, and parsed, at the next plan. */
export const NO_DIGEST = '';

/** What a request that speaks of a few organizations wants gone. Only what the collection owns. */
export function removalsOf(
  { collection, partial = {} }: ReconcileRequest,
  heads: ReadonlyMap<string, OrganizationHead>,
): { readonly steps: readonly Step[]; readonly problems: readonly ReconcileProblem[] } {
  const steps: Step[] = [];
  const problems: ReconcileProblem[] = [];
  const { release = [], prune = [] } = partial;
  for (const name of new Set([...release, ...prune])) {
    const head = heads.get(name);
    if (head?.collection !== collection) {
      const message = `"${name}" is no organization of the collection "${collection}"; look at its name with "rolecall show"`;
      problems.push({ code: 'not_owned', organization: name, message });
    } else steps.push({ kind: 'absent', head, ...(release.includes(name) ? { release: true } : {}) });
  }
  return { steps, problems };
}

/**
 * The collection's files as they are on record, but that those of organizations which changed without them have to be sent
 * again, and those of organizations that are declared otherwise now though nothing of them changed: what they say is not what
 * is there, or what was said last, any more.
 */
export function withFilesToSend(
  stored: readonly FileDigest[],
  changes: readonly OrganizationChange[],
  prepared: readonly Prepared[],
): readonly FileDigest[] {
  const names = changes.flatMap(({ organization, previousName = organization }) => [organization, previousName]);
  const declaredAnew = prepared.flatMap((step) =>
    step.action === 'update' && step.declares?.digest !== step.head.appliedDigest ? [step.name] : [],
  );
  const changed = new Set([...names, ...declaredAnew]);
  return stored.map((file) =>
    file.organizations.some((name) => changed.has(name)) ? { ...file, digest: NO_DIGEST } : file,
  );
}
