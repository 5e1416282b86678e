import type { AuditEvent } from '@rolecall/audit';
import type { Pool, PoolClient } from 'pg';
import { sameValue } from '@rolecall/scim';
import type { ResourceBody } from '@rolecall/scim';
import { auditEntries } from '../audit/append.ts';
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
import { accessEvents, changedAttributes, eventsOf } from './events.ts';
import { brakeColumns, departureColumns, goingColumns } from './offboarding.ts';
import { shown } from './read-user.ts';
import { toHeld, toReceipt } from './rows.ts';
import type { HoldJson, ReceiptRow } from './rows.ts';
import { REPLACE_DIRECTORY_USERS } from './statements.ts';
import { writtenTogether } from './written-together.ts';
import type { InTurn, UserWrite } from './written-together.ts';

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

/** Writes one user, as `directory_replace_user` takes it. */
type Write = (user: UserWrite) => Promise<Replaced>;

/**
 * Makes each `body` its user's, in one statement; none when it is already. Changes of one organization in what is the user's alone that come
 * while others are written are written together.
 */
export function replacements(pool: Pool, inTurn: InTurn): (replacement: Replacement) => Promise<UserReplaced> {
  const together = writtenTogether<Replaced>(inTurn, ({ organizationId }, users, alone) =>
    write(pool, organizationId, users, alone),
  );
  const alone: Write = (user) => inTurn(user.organizationId, () => writeAlone(pool)(user));
  return (replacement) => replace(replacement, { alone, together });
}

/** As `replacements`, one by itself and at once. */
export async function replaceUser(on: Pool | PoolClient, replacement: Replacement): Promise<UserReplaced> {
  return replace(replacement, { alone: writeAlone(on), together: writeAlone(on) });
}

async function replace(
  replacement: Replacement,
  { alone, together }: { readonly alone: Write; readonly together: Write },
): Promise<UserReplaced> {
  const { was, how, decide, actor } = replacement;
  const { userId, groups } = was;
  const body = storedUser(replacement.body);
  if (sameValue(body, was.body)) return { outcome: 'replaced', changed: false, user: shown(was) };
  const decided = decide({ userId, body, groups, isNew: false });
  // the audit log tells the difference to what was read, so both must be of the rules that decide
  if (was.revision < decided.revision) return { outcome: 'changed_meanwhile' };
  const written = { ...replacement, body };
  const goes = isActive(was.body) && !isActive(body);
  const going = goes ? departureColumns(how.brake, actor) : { brake: brakeColumns(how.brake) };
  const isOwn = OF_OTHERS.every((name) => sameValue(body[name], was.body[name]));
  let replaced = await (isOwn ? together : alone)(writeOf(written, decided, going));
  // hardly ever: only then is it said what to note of the hold
  if (replaced.outcome === 'to_be_held')
    replaced = await alone(
      writeOf(written, decided, goingColumns(replacement.organizationId, userId, how.brake, actor)),
    );
  return toOutcome(replaced, { ...was, body }, actor.at);
}

/** What may be held by somebody else at this moment, or is counted: such a change may have to wait, and waits for nobody while it holds others. */
const OF_OTHERS = ['userName', 'emails', 'active'];

type Departure = Partial<ReturnType<typeof departureColumns>>;

function writeOf(replacement: Replacement, decided: DirectoryAccess, going: Departure): UserWrite {
  const { organizationId, was, body, actor } = replacement;
  const columns = {
    expected: was.meta.version,
    user: changedColumns(was, body),
    access: accessColumns(was.userId, decided),
    off: going,
    events: auditEntries(organizationId, replacedEvents(replacement, decided, going.receiptId)),
    now: actor.at,
  };
  return { organizationId, revision: decided.revision, columns };
}

function writeAlone(on: Pool | PoolClient): Write {
  return async ({ organizationId, columns }) => {
    const [replaced] = await write(on, organizationId, JSON.stringify([columns]), true);
    if (replaced === undefined) throw new Error('directory_replace_users returned nothing');
    return replaced;
  };
}

interface ReplacedRow {
  readonly result: Replaced | { readonly outcome: 'busy' };
}

async function write(on: Pool | PoolClient, organizationId: string, users: string, alone: boolean) {
  const rows = await query<ReplacedRow>(on, REPLACE_DIRECTORY_USERS, [organizationId, users, alone]).catch(asConflict);
  return rows.map(({ result }) => (result.outcome === 'busy' ? undefined : result));
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

/** Two users took one userName at the same moment: the second statement, of one user, failed, and nothing of it stays. */
function asConflict(error: unknown): ReplacedRow[] {
  if (driverError(error).constraint !== 'directory_users_user_name') throw error;
  return [{ result: { outcome: 'conflict' } }];
}
