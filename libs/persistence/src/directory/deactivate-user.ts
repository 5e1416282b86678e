import type { Pool } from 'pg';
import type { ResourceBody } from '@rolecall/scim';
import { auditEntries } from '../audit/append.ts';
import { PersistenceError } from '../errors.ts';
import { query } from '../sql.ts';
import type { DirectoryActor, GroupRef, ReplaceHow, UserDeactivated } from '../stores.ts';
import { eventsOf } from './events.ts';
import { departureColumns } from './offboarding.ts';
import { DEACTIVATE_USERS } from './statements.ts';
import { together } from './together.ts';

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
  | { readonly outcome: 'unknown' | 'to_decide' | 'busy' }
  | {
      readonly outcome: 'replaced' | 'unchanged';
      readonly body: ResourceBody;
      readonly version: number;
      readonly created: number;
      readonly modified: number;
      readonly groups: readonly GroupRef[];
    };

/** Work of an organization in its turn among its writes. */
type InTurn = <T>(organizationId: string, work: () => Promise<T>) => Promise<T>;

/** So many are written in one transaction, which holds the organization's counters from the first of them on. */
const MOST_AT_ONCE = 16;
const MOST_WAITING = 100;

/**
 * Switches users off in one statement: nothing of them is read before, since nothing is decided. Those of one organization wait for one
 * another at the brake's counters in any case, so those that come while others are written are written together.
 */
export function deactivations(pool: Pool, inTurn: InTurn): (deactivation: Deactivation) => Promise<UserDeactivated> {
  const gathered = together<Item, Deactivated>(
    { most: MOST_AT_ONCE, mostWaiting: MOST_WAITING },
    async (_key, items) => {
      const [first] = items;
      if (first === undefined) return [];
      return inTurn(first.organizationId, () => write(pool, items, false)).catch((error: unknown) => {
        // of the database or of the rules, for all of them; what else fails may be one's own
        if (items.length === 1 || error instanceof PersistenceError) throw error;
        return items.map(() => ({ outcome: 'busy' }) as const);
      });
    },
  );
  return async (deactivation) => {
    const { organizationId, userId, revision } = deactivation;
    const item = itemOf(deactivation);
    const result = await gathered(`${organizationId} ${revision}`, item);
    if (result.outcome !== 'busy') return toDeactivated(userId, result);
    const [alone] = await inTurn(organizationId, () => write(pool, [item], true));
    if (alone === undefined || alone.outcome === 'busy') throw new Error('directory_deactivate_users returned nothing');
    return toDeactivated(userId, alone);
  };
}

async function write(pool: Pool, items: readonly Item[], waits: boolean): Promise<readonly Deactivated[]> {
  const [first] = items;
  const values = [first?.organizationId, first?.revision, JSON.stringify(items.map(({ columns }) => columns)), waits];
  const rows = await query<{ result: Deactivated }>(pool, DEACTIVATE_USERS, values);
  return rows.map(({ result }) => result);
}

/** A user as the function takes it, of one organization and revision. */
interface Item extends Pick<Deactivation, 'organizationId' | 'revision'> {
  readonly columns: object;
}

/** Made in the request that it is about: its events have the address of that one's client, whoever's statement takes them along. */
function itemOf({ organizationId, userId, revision, how, actor }: Deactivation): Item {
  const off = departureColumns(how.brake, actor);
  const event = eventsOf(actor);
  const events = auditEntries(organizationId, [
    event('user.updated', userId, { fields: ['active'], revision }),
    event('user.deactivated', userId, { revision, receipt: off.receiptId }),
  ]);
  return { organizationId, revision, columns: { userId, off, events, now: actor.at } };
}

function toDeactivated(userId: string, result: Exclude<Deactivated, { outcome: 'busy' }>): UserDeactivated {
  if (!('body' in result)) return { outcome: result.outcome === 'unknown' ? 'unknown' : 'to_decide' };
  const { body, version, created, modified, groups } = result;
  const meta = { created: new Date(created), lastModified: new Date(modified), version };
  return { outcome: 'replaced', changed: result.outcome === 'replaced', user: { userId, body, meta, groups } };
}
