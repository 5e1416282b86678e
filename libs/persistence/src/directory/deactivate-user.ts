import type { Pool } from 'pg';
import type { ResourceBody } from '@rolecall/scim';
import { query } from '../sql.ts';
import type { DirectoryActor, GroupRef, ReplaceHow, UserDeactivated } from '../stores.ts';
import { eventColumns, eventsOf } from './events.ts';
import { departureColumns } from './offboarding.ts';
import { DEACTIVATE_USER } from './statements.ts';

/** One user who is to be switched off. */
export interface Deactivation {
  readonly organizationId: string;
  readonly userId: string;
  /** Of the rules of which none asks for `active`. */
  readonly revision: number;
  readonly how: ReplaceHow;
  readonly actor: DirectoryActor;
}

/** As JSON from the function. */
type Deactivated =
  | { readonly outcome: 'unknown' | 'to_decide' }
  | {
      readonly outcome: 'replaced' | 'unchanged';
      readonly body: ResourceBody;
      readonly version: number;
      readonly created: number;
      readonly modified: number;
      readonly groups: readonly GroupRef[];
    };

/** Switches a user off in one statement: nothing of it is read before, since nothing is decided. */
export async function deactivateUser(pool: Pool, deactivation: Deactivation): Promise<UserDeactivated> {
  const { organizationId, userId, revision, how, actor } = deactivation;
  const going = departureColumns(how.brake, actor);
  const event = eventsOf(actor);
  const events = [
    event('user.updated', userId, { fields: ['active'], revision }),
    event('user.deactivated', userId, { revision, receipt: going.receiptId }),
  ];
  const values = [organizationId, userId, revision, JSON.stringify(going), eventColumns(events), actor.at];
  const [row] = await query<{ result: Deactivated }>(pool, DEACTIVATE_USER, values);
  if (row === undefined) throw new Error('directory_deactivate_user returned nothing');
  const { result } = row;
  if (!('body' in result)) return result;
  const { body, version, created, modified, groups } = result;
  const meta = { created: new Date(created), lastModified: new Date(modified), version };
  return { outcome: 'replaced', changed: result.outcome === 'replaced', user: { userId, body, meta, groups } };
}
