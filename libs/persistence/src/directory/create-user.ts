import type { Pool, PoolClient } from 'pg';
import type { ResourceBody } from '@rolecall/scim';
import { auditEntries } from '../audit/append.ts';
import { newId } from '../new-id.ts';
import { inTransaction, query } from '../sql.ts';
import type { CreateHow, DecideAccess, DirectoryActor, UserCreated } from '../stores.ts';
import { accessColumns, storedUser, isActive, userColumns } from './columns.ts';
import { accessEvents, eventColumns, eventsOf } from './events.ts';
import { goingColumns } from './offboarding.ts';
import { shown, userState } from './read-user.ts';
import { replaceUser } from './replace-user.ts';
import { toHeld } from './rows.ts';
import type { HoldJson } from './rows.ts';
import { ADOPT_USER, CREATE_DIRECTORY_USERS, HOLD_ADOPTED } from './statements.ts';
import { writtenTogether } from './written-together.ts';
import type { InTurn, UserWrite } from './written-together.ts';

/** One create: what is said, how, by whose rules and by whom. */
export interface Creation {
  readonly organizationId: string;
  /** As it is stored. */
  readonly body: ResourceBody;
  readonly how: CreateHow;
  readonly decide: DecideAccess;
  readonly actor: DirectoryActor;
}

interface CreatedRow {
  readonly outcome: 'created' | 'conflict' | 'inactive' | 'adoptable' | 'domain_of_another';
  /** Of the user who was created, or met. */
  readonly user_id: string;
  readonly attribute: 'userName' | 'externalId' | 'emails' | null;
}

const NOTHING_HELD = { grants: [], groups: [] };

/**
 * One statement for users who are new; those of one organization that come while others are written are written together. Whom a create
 * meets decides about a second one: an inactive user comes back, a user of the organization with the address is adopted.
 * `changed_meanwhile` = that user is another one by now.
 */
export function creations(pool: Pool, inTurn: InTurn): (creation: Creation) => Promise<UserCreated> {
  const insert = writtenTogether<CreatedRow>(inTurn, ({ organizationId, revision }, users) =>
    query<CreatedRow>(pool, CREATE_DIRECTORY_USERS, [organizationId, revision, users]),
  );
  return async (creation) => {
    const { organizationId, body, how, actor } = creation;
    const row = await insert(insertOf(creation));
    switch (row.outcome) {
      case 'created':
        return { outcome: 'created', user: shown(newUser(row.user_id, body, actor.at)) };
      case 'domain_of_another':
        return { outcome: 'domain_of_another' };
      case 'adoptable':
        return inTurn(organizationId, () => adopt(pool, creation, row.user_id));
      case 'inactive':
        if (how.reprovision === 'reactivate')
          return inTurn(organizationId, () => reactivate(pool, creation, row.user_id));
    }
    return { outcome: 'conflict', attribute: row.attribute === 'externalId' ? 'externalId' : 'userName' };
  };
}

const OVERTAKEN = { outcome: 'changed_meanwhile' } as const;

function insertOf({ organizationId, body, how, decide, actor }: Creation): UserWrite {
  const userId = newId();
  const decided = decide({ userId, body, groups: [], isNew: true });
  const { revision } = decided;
  const event = eventsOf(actor);
  const created = event('user.created', userId, { identityProvider: '@directory', revision });
  const events = auditEntries(organizationId, [created, ...accessEvents(event, userId, NOTHING_HELD, decided)]);
  const user = userColumns(userId, body);
  const access = accessColumns(userId, decided);
  return { organizationId, revision, columns: { user, access, adoptEmail: how.adoptEmail, events, now: actor.at } };
}

/** The create met an inactive user: the same person is back, with the same id and identities. */
async function reactivate(pool: Pool, creation: Creation, userId: string): Promise<UserCreated> {
  const was = await userState(pool, creation.organizationId, userId);
  if (was === undefined || isActive(was.body)) return OVERTAKEN;
  const replaced = await replaceUser(pool, { ...creation, was });
  switch (replaced.outcome) {
    case 'replaced':
      return { outcome: 'reactivated', changed: replaced.changed, user: replaced.user };
    case 'unknown':
      return OVERTAKEN;
    default:
      return replaced;
  }
}

/** The user changed since the create met it: nothing of the adoption stays. */
class MetAnother extends Error {}

/** Nothing of the user changes but that the directory has it now; not even its access, until the next change of it. */
async function adopt(pool: Pool, creation: Creation, userId: string): Promise<UserCreated> {
  if (isActive(creation.body)) return (await giveRow(pool, creation, userId)) ?? OVERTAKEN;
  const { organizationId } = creation;
  return inTransaction(pool, { organizationId }, (client) => adoptInactive(client, creation, userId)).catch(
    (error: unknown) => {
      if (error instanceof MetAnother) return OVERTAKEN;
      throw error;
    },
  );
}

/** Adopted and deactivated, or held, and then it is not adopted either: a client that tries again meets it as it was. */
async function adoptInactive(client: PoolClient, creation: Creation, userId: string): Promise<UserCreated> {
  const { organizationId, how, actor } = creation;
  const going = JSON.stringify(goingColumns(organizationId, userId, how.brake, actor));
  const held = await query<{ hold: HoldJson | null }>(client, HOLD_ADOPTED, [organizationId, userId, going, actor.at]);
  if (held[0]?.hold) return toHeld(held[0].hold);
  const adopted = await giveRow(client, creation, userId);
  const was = adopted && (await userState(client, organizationId, userId));
  const replaced = was && (await replaceUser(client, { ...creation, was }));
  if (replaced?.outcome !== 'replaced') throw new MetAnother();
  return { outcome: 'adopted', user: replaced.user };
}

/** The directory's row of an active user. undefined = the user went, or has one by now. */
async function giveRow(on: Pool | PoolClient, creation: Creation, userId: string): Promise<UserCreated | undefined> {
  const { organizationId, decide, actor } = creation;
  const body = storedUser({ ...creation.body, active: true });
  const decided = decide({ userId, body, groups: [], isNew: false });
  const [row] = await query<{ adopted: boolean }>(on, ADOPT_USER, [
    organizationId,
    userId,
    JSON.stringify(userColumns(userId, body)),
    JSON.stringify(accessColumns(userId, decided)),
    eventColumns(organizationId, [eventsOf(actor)('user.adopted', userId, { revision: decided.revision })]),
    actor.at,
  ]);
  return row?.adopted === true ? { outcome: 'adopted', user: shown(newUser(userId, body, actor.at)) } : undefined;
}

function newUser(userId: string, body: ResourceBody, at: Date) {
  return { userId, body, meta: { created: at, lastModified: at, version: 1 }, groups: [] };
}
