import type { OrganizationDocument } from '@rolecall/org-config';
import type { Removed } from './derive.ts';
import type { Impact } from '../plan/plan.ts';
import type { Change } from '../prepare.ts';
import type { StateTransaction } from '../state-store.ts';

/** What a change takes away together with the users who came by it. */
export async function removedBy(state: StateTransaction, step: Change): Promise<Removed> {
  const removedIdentityProviders = await removedProviders(state, step);
  const { head, before, after } = step;
  return { removedIdentityProviders, ...(await removedDirectory(state, head.id, before, after)) };
}

async function removedDirectory(
  state: StateTransaction,
  organizationId: string,
  before: OrganizationDocument,
  after: OrganizationDocument,
): Promise<Pick<Removed, 'removedDirectory'>> {
  if (before.spec.scim === undefined || after.spec.scim !== undefined) return {};
  const users = await state.users.ofDirectory(organizationId);
  return users === 0 ? {} : { removedDirectory: { users } };
}

async function removedProviders(state: StateTransaction, step: Change): Promise<Impact['removedIdentityProviders']> {
  const stays = new Set(Object.keys(step.after.spec.identityProviders ?? {}));
  const moved = new Set(step.renames.filter((it) => it.map === '/spec/identityProviders').map((it) => it.from));
  const names = Object.keys(step.before.spec.identityProviders ?? {});
  return withLinkedUsers(
    state,
    step.head.id,
    names.filter((name) => !stays.has(name) && !moved.has(name)),
  );
}

/** By name. */
export async function withLinkedUsers(state: StateTransaction, organizationId: string, providers: readonly string[]) {
  const counted: { identityProvider: string; linkedUsers: number }[] = [];
  for (const identityProvider of [...providers].sort()) {
    counted.push({ identityProvider, linkedUsers: await state.users.linkedTo(organizationId, identityProvider) });
  }
  return counted;
}
