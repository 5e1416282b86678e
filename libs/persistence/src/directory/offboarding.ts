import type { Pool } from 'pg';
import { appendAudit, auditEntries } from '../audit/append.ts';
import { newId } from '../new-id.ts';
import { inTransaction, query } from '../sql.ts';
import type {
  DirectoryActor,
  DirectoryBrake,
  DirectoryHold,
  DirectoryStore,
  Held,
  HoldReason,
  UserDeleted,
} from '../stores.ts';
import { eventColumns, eventsOf } from './events.ts';
import { isResourceId } from './ids.ts';
import { toHeld, toReceipt } from './rows.ts';
import type { HoldJson, ReceiptRow } from './rows.ts';
import {
  DELETE_DIRECTORY_USER,
  DIRECTORY_HOLDS,
  HOLD_LAST_SSO_ADMIN,
  OFFBOARDING_RECEIPTS,
  OPEN_HOLDS,
  RELEASE_HOLD,
} from './statements.ts';

/** How long a released hold of the last administrator counts when no brake says a window. */
const DEFAULT_WINDOW_SECONDS = 3600;

/** What the SQL functions take for an active user who goes: the receipt's id, who did it, the brake. */
export function departureColumns(brake: DirectoryBrake | undefined, actor: DirectoryActor) {
  return { receiptId: newId(), actor: actor.tokenName, brake: brakeColumns(brake) };
}

export function brakeColumns(brake: DirectoryBrake | undefined) {
  return brake ?? { windowSeconds: DEFAULT_WINDOW_SECONDS };
}

/** As `departureColumns`, for a user whom the brake may hold: a hold's id and its events. */
export function goingColumns(
  organizationId: string,
  userId: string,
  brake: DirectoryBrake | undefined,
  actor: DirectoryActor,
) {
  const holdId = newId();
  const held = (reason: HoldReason, about: object) =>
    auditEntries(organizationId, [eventsOf(actor)('directory.held', holdId, { reason, ...about })]);
  return {
    ...departureColumns(brake, actor),
    holdId,
    events: { mass_change: held('mass_change', {}), last_sso_admin: held('last_sso_admin', { user: userId }) },
  };
}

/** A change that would take `sso_admin` from the last user who holds it: nothing of it was written. */
export class TakesLastSsoAdmin extends Error {
  constructor(readonly userId: string) {
    super('the change takes sso_admin from the last user who holds it');
  }
}

/** Notes that the change is held; a release lets it through for the default window. */
export async function holdLastSsoAdmin(
  pool: Pool,
  organizationId: string,
  userId: string,
  actor: DirectoryActor,
): Promise<Held> {
  const going = goingColumns(organizationId, userId, undefined, actor);
  const values = [organizationId, userId, JSON.stringify(going.brake), JSON.stringify(going), actor.at];
  const [row] = await inTransaction(pool, { organizationId }, (client) =>
    query<{ hold_id: string }>(client, HOLD_LAST_SSO_ADMIN, values),
  );
  if (row === undefined) throw new Error('directory_hold returned nothing');
  return { outcome: 'held', holdId: row.hold_id, reason: 'last_sso_admin', offboarded: 0, allowed: 0 };
}

interface DeletedRow {
  readonly outcome: 'deleted' | 'unknown' | 'changed_meanwhile' | 'held';
  readonly receipt: ReceiptRow | null;
  readonly hold: HoldJson | null;
}

/** Deletes a user and everything of it in one statement; the receipt and the audit events stay. */
export async function deleteUser(
  pool: Pool,
  organizationId: string,
  at: { readonly userId: string; readonly expectedVersion: number | undefined },
  brake: DirectoryBrake | undefined,
  actor: DirectoryActor,
): Promise<UserDeleted> {
  const going = goingColumns(organizationId, at.userId, brake, actor);
  const [row] = await query<DeletedRow>(pool, DELETE_DIRECTORY_USER, [
    organizationId,
    at.userId,
    at.expectedVersion,
    JSON.stringify(going),
    eventColumns(organizationId, [eventsOf(actor)('user.deleted', at.userId, { receipt: going.receiptId })]),
    actor.at,
  ]);
  if (row === undefined) return { outcome: 'unknown' };
  if (row.hold !== null) return toHeld(row.hold);
  if (row.receipt !== null) return { outcome: 'deleted', receipt: toReceipt(row.receipt) };
  return { outcome: row.outcome === 'changed_meanwhile' ? 'changed_meanwhile' : 'unknown' };
}

export function receipts(pool: Pool): DirectoryStore['receipts'] {
  return (organizationId, { before, count }) =>
    inTransaction(pool, { organizationId }, async (client) => {
      const rows = await query<ReceiptRow>(client, OFFBOARDING_RECEIPTS, [organizationId, before, count]);
      return rows.map(toReceipt);
    });
}

interface HoldRow {
  readonly hold_id: string;
  readonly reason: HoldReason;
  readonly user_id: string | null;
  readonly at: Date;
  readonly released_at: Date | null;
  readonly released_by: string | null;
}

export function holds(pool: Pool): Pick<DirectoryStore, 'openHolds' | 'holds' | 'releaseHold'> {
  return {
    openHolds: (organizationId, brake, now) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const since = new Date(now.getTime() - (brake?.windowSeconds ?? DEFAULT_WINDOW_SECONDS) * 1_000);
        const [row] = await query<{ holds: number }>(client, OPEN_HOLDS, [organizationId, since]);
        return row?.holds ?? 0;
      }),

    holds: (organizationId) =>
      inTransaction(pool, { organizationId }, async (client) => {
        const rows = await query<HoldRow>(client, DIRECTORY_HOLDS, [organizationId]);
        return rows.map(toHold);
      }),

    releaseHold: async (organizationId, holdId, { actor, now }) =>
      isResourceId(holdId) &&
      inTransaction(pool, { organizationId }, async (client) => {
        const values = [organizationId, holdId, now, actor.id];
        const [row] = await query<{ reason: HoldReason }>(client, RELEASE_HOLD, values);
        if (row === undefined) return false;
        const data = { reason: row.reason };
        await appendAudit(client, organizationId, [
          { type: 'directory.released', at: now, actor, subject: holdId, data },
        ]);
        return true;
      }),
  };
}

function toHold(row: HoldRow): DirectoryHold {
  const { hold_id: holdId, reason, at } = row;
  return {
    holdId,
    reason,
    userId: row.user_id ?? undefined,
    at,
    releasedAt: row.released_at ?? undefined,
    releasedBy: row.released_by ?? undefined,
  };
}
