import { SSO_ADMIN } from '@rolecall/org-config';
import { DIRECTORY } from '../user-state.ts';
import type { EditedScopes, HeldGrant, HeldRename, UserFacts, UserGrants, UserState } from '../user-state.ts';
import type { MemoryOrganization } from './memory-state.ts';
import { renameHeldBy } from './memory-organization.ts';

/** Users per batch: small, so that tests cross a border with few users. */
const BATCH = 3;

export class MemoryUsers implements UserState {
  /** @param find - the organization with this id; throws when there is none */
  constructor(private readonly find: (organizationId: string) => MemoryOrganization) {}

  async *facts(organizationId: string): AsyncIterable<readonly UserFacts[]> {
    const { users } = this.find(organizationId);
    for (let start = 0; start < users.length; start += BATCH) {
      yield users.slice(start, start + BATCH).map((user) => ({
        userId: user.userId,
        active: user.active,
        identityProvider: user.identityProvider,
        facts: user.facts,
        grants: user.grants.map(({ scope, role, edited }) => ({ scope, role, ...(edited && { edited }) })),
        groups: user.groups.map(({ group }) => group),
      }));
    }
  }

  replaceGrants(organizationId: string, _revision: number, users: readonly UserGrants[]): Promise<void> {
    const wanted = new Map(users.map((user) => [user.userId, user]));
    for (const user of this.find(organizationId).users) {
      const held = wanted.get(user.userId);
      if (held === undefined) continue;
      const isGiven = (one: HeldGrant) => held.grants.some((it) => it.scope === one.scope && it.role === one.role);
      const edited = user.grants.filter((one) => one.edited === true && !isGiven(one));
      Object.assign(user, { grants: [...held.grants, ...edited], groups: [...held.groups] });
    }
    return Promise.resolve();
  }

  retractEdited(organizationId: string, { scopes, roles }: EditedScopes): Promise<void> {
    for (const user of this.find(organizationId).users) {
      user.grants = user.grants.filter(
        ({ edited, scope, role }) => edited !== true || (scopes.includes(scope) && roles.includes(role)),
      );
    }
    return Promise.resolve();
  }

  emails(organizationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { users } = this.find(organizationId);
    const found = users.filter(({ userId, email }) => email !== undefined && userIds.includes(userId));
    return Promise.resolve(new Map(found.map(({ userId, email = '' }) => [userId, email])));
  }

  count(organizationId: string): Promise<number> {
    return Promise.resolve(this.find(organizationId).users.length);
  }

  administrators(organizationId: string): Promise<number> {
    const { users } = this.find(organizationId);
    const admins = users.filter(({ active, grants }) => active && grants.some(({ role }) => role === SSO_ADMIN));
    return Promise.resolve(admins.length);
  }

  linkedTo(organizationId: string, identityProvider: string): Promise<number> {
    const { users } = this.find(organizationId);
    return Promise.resolve(users.filter((user) => user.identityProvider === identityProvider).length);
  }

  ofDirectory(organizationId: string): Promise<number> {
    return this.linkedTo(organizationId, DIRECTORY);
  }

  renameHeld(organizationId: string, renames: readonly HeldRename[]): Promise<void> {
    for (const user of this.find(organizationId).users) {
      for (const rename of renames) renameHeldBy(user, rename);
    }
    return Promise.resolve();
  }
}
