import type { Pool } from 'pg';
import type { ResourceBody } from '@rolecall/scim';
import { auditEntries } from '../audit/append.ts';
import { query } from '../sql.ts';
import type { DirectoryActor, GroupRef, ReplaceHow, UserDeactivated } from '../stores.ts';
import { eventsOf } from './events.ts';
import { departureColumns } from './offboarding.ts';
import { DEACTIVATE_USERS } from './statements.ts';
import { writtenTogether } from './written-together.ts';
import type { InTurn, UserWrite } from './written-together.ts';

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

/**
 * Switches users off in one statement: nothing of them is read before, since nothing is decided. Those of one organization wait for one
 * another at the brake's counters in any case, so those that come while others are written are written together.
 */
export function deactivations(pool: Pool, inTurn: InTurn): (deactivation: Deactivation) => Promise<UserDeactivated> {
  const write = writtenTogether<Deactivated>(inTurn, async ({ organizationId, revision }, users, alone) => {
    const rows = await query<DeactivatedRow>(pool, DEACTIVATE_USERS, [organizationId, revision, users, alone]);
    return rows.map(({ result }) => (result.outcome === 'busy' ? undefined : result));
  });
  return async (deactivation) => toDeactivated(deactivation.userId, await write(itemOf(deactivation)));
}

interface DeactivatedRow {
  readonly result: Deactivated | { readonly outcome: 'busy' };
}

function itemOf({ organizationId, userId, revision, how, actor }: Deactivation): UserWrite {
  const off = departureColumns(how.brake, actor);
  const event = eventsOf(actor);
  const events = auditEntries(organizationId, [
    event('user.updated', userId, { fields: ['active'], revision }),
    event('user.deactivated', userId, { revision, receipt: off.receiptId }),
  ]);
  return { organizationId, revision, columns: { userId, off, events, now: actor.at } };
}

function toDeactivated(userId: string, result: Deactivated): UserDeactivated {
  if (!('body' in result)) return { outcome: result.outcome === 'unknown' ? 'unknown' : 'to_decide' };
  const { body, version, created, modified, groups } = result;
  const meta = { created: new Date(created), lastModified: new Date(modified), version };
  return { outcome: 'replaced', changed: result.outcome === 'replaced', user: { userId, body, meta, groups } };
}
