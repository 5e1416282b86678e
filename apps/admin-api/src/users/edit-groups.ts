import type { Database } from '@rolecall/persistence';
import type { Principal } from '../access/principal.ts';
import { requireEditableGroup } from './editable-role.ts';
import { latest } from './invite.ts';
import { sourceOf, unknownUser } from './known-user.ts';
import { organizationOfUser, requireSayOver } from './opening-roles.ts';

/** One wish to edit. Its texts are UNTRUSTED. */
export interface GroupEdit {
  readonly organization: string;
  readonly userId: string;
  readonly group: string;
  readonly what: 'join' | 'leave';
}

export interface GroupEdited {
  readonly organizationId: string;
  readonly outcome: 'joined' | 'left' | 'unchanged';
}

type Stores = Pick<Database, 'registry' | 'inOrganization' | 'platform'>;

/**
 * Has a user join a declared group, or leave it, where the application manages access. An apply that comes in between decides first.
 * @throws Problem
 */
export async function editGroup(
  database: Stores,
  { organization: name, userId, group, what }: GroupEdit,
  caller: Principal,
  now: Date,
): Promise<GroupEdited> {
  return latest(async () => {
    const organization = await organizationOfUser(database, name);
    const { organizationId, document, revision, opening } = organization;
    requireEditableGroup(document, group);
    return database.inOrganization(organizationId, async (tx) => {
      await tx.users.hold(revision);
      const user = await tx.users.lock(userId);
      if (user === undefined) throw unknownUser();
      requireSayOver(opening, user.grants, caller);
      const edit = { source: sourceOf(caller, now), revision, now };
      const changed = await (what === 'join' ? tx.users.join(userId, group, edit) : tx.users.leave(userId, group));
      if (!changed) return { organizationId, outcome: 'unchanged' };
      const [joined, left] = what === 'join' ? [[group], []] : [[], [group]];
      const data = { revision, joined, left };
      await tx.audit([{ type: 'groups.changed', at: now, actor: caller.actor, subject: userId, data }]);
      return { organizationId, outcome: what === 'join' ? 'joined' : 'left' };
    });
  });
}
