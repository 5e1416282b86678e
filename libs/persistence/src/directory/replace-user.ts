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
import { accessColumns, emailDomainIn, isActive, storedUser, userColumns } from './columns.ts';
import { accessEvents, changedAttributes, eventColumns, eventsOf } from './events.ts';
import { brakeColumns, departureColumns, goingColumns } from './offboarding.ts';
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

/** As JSON from the function. */
type Replaced =
  | { readonly outcome: 'replaced'; readonly version: number; readonly receipt: ReceiptRow | null }
  | { readonly outcome: 'held'; readonly hold: HoldJson }
  | {
      readonly outcome:
        | 'unknown'
        | 'changed_meanwhile'
        | 'domain_of_another'
        | 'conflict'
        | 'address_taken'
        | 'to_be_held';
    };

/** Makes `body` the user's, in one statement; none when it is already. */
export async function replaceUser(on: Pool | PoolClient, replacement: Replacement): Promise<UserReplaced> {
  const { was, how, decide, actor } = replacement;
  const { userId, groups } = was;
  const body = storedUser(replacement.body);
  if (sameValue(body, was.body)) return { outcome: 'replaced', changed: false, user: shown(was) };
  const decided = decide({ userId, body, groups, isNew: false });
  // the audit log tells the difference to what was read, so both must be of the rules that decide
  if (was.revision < decided.revision) return { outcome: 'changed_meanwhile' };
  const write = (going: Departure) => writeUser(on, { ...replacement, body }, decided, going);
  const goes = isActive(was.body) && !isActive(body);
  let replaced = await write(goes ? departureColumns(how.brake, actor) : { brake: brakeColumns(how.brake) });
  // hardly ever: only then is it said what to note of the hold
  if (replaced.outcome === 'to_be_held')
    replaced = await write(goingColumns(replacement.organizationId, userId, how.brake, actor));
  return toOutcome(replaced, { ...was, body }, actor.at);
}

type Departure = Partial<ReturnType<typeof departureColumns>>;

async function writeUser(
  on: Pool | PoolClient,
  replacement: Replacement,
  decided: DirectoryAccess,
  going: Departure,
): Promise<Replaced> {
  const { organizationId, was, body, actor } = replacement;
  const [row] = await query<{ result: Replaced }>(on, REPLACE_DIRECTORY_USER, [
    organizationId,
    was.meta.version,
    JSON.stringify(changedColumns(was, body)),
    JSON.stringify(accessColumns(was.userId, decided)),
    JSON.stringify(going),
    eventColumns(organizationId, replacedEvents(replacement, decided, going.receiptId)),
    actor.at,
  ]).catch(asConflict);
  if (row === undefined) throw new Error('directory_replace_user returned nothing');
  return row.result;
}

/** Without what is looked up elsewhere and did not change. */
function changedColumns(was: DirectoryUserState, body: ResourceBody): object {
  const { emails, emailDomain, ...columns } = userColumns(was.userId, body);
  if (sameValue(body['emails'], was.body['emails'])) return columns;
  return { ...columns, emails, ...(emailDomain !== emailDomainIn(was.body) && { emailDomain }) };
}

function replacedEvents(
  { was, body, actor }: Replacement,
  decided: DirectoryAccess,
  receipt: string | undefined,
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

function toOutcome(replaced: Replaced, now: DirectoryUserState, at: Date): UserReplaced {
  switch (replaced.outcome) {
    case 'replaced': {
      const meta = { ...now.meta, lastModified: at, version: replaced.version };
      const receipt = replaced.receipt && { receipt: toReceipt(replaced.receipt) };
      return { outcome: 'replaced', changed: true, user: shown({ ...now, meta }), ...receipt };
    }
    case 'held':
      return toHeld(replaced.hold);
    case 'conflict':
      return { outcome: 'conflict', attribute: 'userName' };
    case 'address_taken':
      return { outcome: 'conflict', attribute: 'emails' };
    case 'unknown':
    case 'domain_of_another':
      return { outcome: replaced.outcome };
    case 'changed_meanwhile':
    case 'to_be_held':
      return { outcome: 'changed_meanwhile' };
  }
}

/** Two users took one userName at the same moment: the second statement failed, and nothing of it stays. */
function asConflict(error: unknown): { result: Replaced }[] {
  if (driverError(error).constraint !== 'directory_users_user_name') throw error;
  return [{ result: { outcome: 'conflict' } }];
}
