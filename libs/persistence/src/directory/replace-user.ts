import { isDeepStrictEqual } from 'node:util';
import type { AuditEvent } from '@rolecall/audit';
import type { Pool, PoolClient } from 'pg';
import { sameValue } from '@rolecall/scim';
import type { ResourceBody } from '@rolecall/scim';
import { driverError } from '../errors.ts';
import { query } from '../sql.ts';
import type {
  DecideAccess,
  DirectoryAccess,
  DirectoryActor,
  DirectoryUserState,
  ReplaceHow,
  UserReplaced,
} from '../stores.ts';
import { accessColumns, storedUser, isActive, userColumns } from './columns.ts';
import { accessEvents, changedAttributes, eventColumns, eventsOf } from './events.ts';
import { goingColumns } from './offboarding.ts';
import { shown } from './read-user.ts';
import { toHeld, toReceipt } from './rows.ts';
import type { HoldJson, ReceiptRow } from './rows.ts';
import { REPLACE_DIRECTORY_USER } from './statements.ts';

/** One user's change: what it was, what it shall be, by whose rules and by whom. */
export interface Replacement {
  readonly organizationId: string;
  readonly was: DirectoryUserState;
  readonly body: ResourceBody;
  readonly how: ReplaceHow;
  readonly decide: DecideAccess;
  readonly actor: DirectoryActor;
}

interface ReplacedRow {
  readonly outcome:
    | 'replaced'
    | 'unknown'
    | 'changed_meanwhile'
    | 'domain_of_another'
    | 'conflict'
    | 'address_taken'
    | 'held';
  readonly version: string;
  readonly receipt: ReceiptRow | null;
  readonly hold: HoldJson | null;
}

/** Makes `body` the user's, in one statement; none when it is already. */
export async function replaceUser(on: Pool | PoolClient, replacement: Replacement): Promise<UserReplaced> {
  const { organizationId, was, how, decide, actor } = replacement;
  const { userId, groups } = was;
  const body = storedUser(replacement.body);
  if (sameValue(body, was.body)) return { outcome: 'replaced', changed: false, user: shown(was) };
  const decided = decide({ userId, body, groups, isNew: false });
  // the audit log tells the difference to what was read, so both must be of the rules that decide
  if (was.revision < decided.revision) return { outcome: 'changed_meanwhile' };
  const going = goingColumns(userId, how.brake, actor);
  const rows = await query<ReplacedRow>(on, REPLACE_DIRECTORY_USER, [
    organizationId,
    was.meta.version,
    JSON.stringify(changedColumns(was, body)),
    JSON.stringify(accessColumns(userId, decided)),
    JSON.stringify(going),
    eventColumns(replacedEvents({ ...replacement, body }, decided, going.receiptId)),
    actor.at,
  ]).catch(asConflict);
  return toOutcome(rows, { ...was, body }, actor.at);
}

/** Without what is looked up elsewhere and did not change. */
function changedColumns(was: DirectoryUserState, body: ResourceBody): object {
  const { emails, emailDomain, ...columns } = userColumns(was.userId, body);
  const before = userColumns(was.userId, was.body);
  return {
    ...columns,
    ...(!isDeepStrictEqual(emails, before.emails) && { emails }),
    ...(emailDomain !== before.emailDomain && { emailDomain }),
  };
}

function replacedEvents(
  { was, body, actor }: Replacement,
  decided: DirectoryAccess,
  receipt: string,
): readonly AuditEvent[] {
  const { userId } = was;
  const { revision } = decided;
  const event = eventsOf(actor);
  const switched = isActive(body) !== isActive(was.body);
  return [
    event('user.updated', userId, { fields: changedAttributes(was.body, body), revision }),
    ...(switched && isActive(body) ? [event('user.reactivated', userId, { revision })] : []),
    ...(switched && !isActive(body) ? [event('user.deactivated', userId, { revision, receipt })] : []),
    ...accessEvents(event, userId, was.held, decided),
  ];
}

function toOutcome([row]: readonly ReplacedRow[], now: DirectoryUserState, at: Date): UserReplaced {
  if (row === undefined || row.outcome === 'unknown') return { outcome: 'unknown' };
  if (row.hold !== null) return toHeld(row.hold);
  if (row.outcome === 'conflict') return { outcome: 'conflict', attribute: 'userName' };
  if (row.outcome === 'address_taken') return { outcome: 'conflict', attribute: 'emails' };
  if (row.outcome === 'domain_of_another') return { outcome: 'domain_of_another' };
  if (row.outcome !== 'replaced') return { outcome: 'changed_meanwhile' };
  const meta = { ...now.meta, lastModified: at, version: Number(row.version) };
  const receipt = row.receipt && { receipt: toReceipt(row.receipt) };
  return { outcome: 'replaced', changed: true, user: shown({ ...now, meta }), ...receipt };
}

/** Two users took one userName at the same moment: the second statement failed, and nothing of it stays. */
function asConflict(error: unknown): ReplacedRow[] {
  if (driverError(error).constraint !== 'directory_users_user_name') throw error;
  return [{ outcome: 'conflict', version: '0', receipt: null, hold: null }];
}
