import type { ReconcileProblem } from '../errors.ts';
import type { Prepared } from '../prepare.ts';
import type { ReconcileRequest } from '../request.ts';
import type { StateTransaction } from '../state-store.ts';

const MAP = '/spec/identityProviders';
type Change = Extract<Prepared, { readonly desired: unknown; readonly head: unknown }>;

/**
 * Users are known by what their identity provider calls them. One that is removed, or replaced by another under the same name, leaves
 * its users without a way in, or lets somebody else's users be them: that takes consent (`allowReplace`).
 */
export async function replaceGuard(
  state: StateTransaction,
  steps: readonly Prepared[],
  { allowReplace = false }: Pick<ReconcileRequest, 'allowReplace'>,
): Promise<readonly ReconcileProblem[]> {
  if (allowReplace) return [];
  const problems: ReconcileProblem[] = [];
  for (const step of steps) {
    if (!('desired' in step) || !('head' in step)) continue;
    for (const [name, what] of replacedIn(step)) {
      const users = await state.users.linkedTo(step.head.id, name);
      if (users > 0) problems.push(problemOf(step.name, name, what, users));
    }
  }
  return problems;
}

/** By the name that it has until now: what becomes of it. */
function replacedIn({
  before,
  after: live,
  desired,
  renames,
}: Change): readonly (readonly [name: string, what: string])[] {
  const after = live.spec.identityProviders ?? {};
  return Object.entries(before.spec.identityProviders ?? {}).flatMap(([name, provider]) => {
    const now = renames.find(({ map, from }) => map === MAP && from === name)?.to ?? name;
    const next = Object.hasOwn(after, now) ? after[now] : undefined;
    if (next === undefined) return [[name, 'is removed']];
    if (next.type !== provider.type) return [[name, `becomes one of another kind (${provider.type} -> ${next.type})`]];
    const replaced = desired.identityProviders[now]?.replaces;
    return replaced === undefined ? [] : [[name, `becomes another one (${replaced.before} -> ${replaced.after})`]];
  });
}

function problemOf(organization: string, name: string, what: string, users: number): ReconcileProblem {
  const consent = 'say that this is meant with --allow-replace';
  const message = `${organization}: the identity provider ${name} ${what}, and ${users} users are linked to it; ${consent}`;
  return { code: 'replace_needs_consent', organization, pointer: `${MAP}/${name}`, message };
}
