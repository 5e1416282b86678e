import type { Pool, PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import { newId } from '../new-id.ts';
import { appendAudit } from '../audit/append.ts';
import { toReceipt } from '../directory/rows.ts';
import type { ReceiptRow } from '../directory/rows.ts';
import { endedSession, revocations } from '../sessions/ended-sessions.ts';
import type { EndedSessionRow } from '../sessions/ended-sessions.ts';
import { REVOKE_SESSIONS } from '../sessions/statements.ts';
import { inTransaction, isUuid, query } from '../sql.ts';
import type {
  Administrator,
  DirectoryGone,
  OffboardingReceipt,
  RemoveHow,
  Role,
  StopHow,
  UserStatus,
  UserStore,
  UserStopped,
} from '../stores.ts';
import { holdRevision } from './hold-revision.ts';
import {
  ACTIVATE_IN_DIRECTORY,
  DELETE_USER,
  IS_LAST_SSO_ADMIN,
  LEAVE_DIRECTORY,
  LEAVE_GROUPS,
  LOCK_USER,
  OFFBOARD,
  RESUME_USER,
  STOP_USER,
} from './offboarding-statements.ts';
import { GRANTS_OF_USER } from './statements.ts';

/** Which user. `userId` is UNTRUSTED. */
export interface UserKey {
  readonly organizationId: string;
  readonly userId: string;
}

interface LockedUser {
  readonly status: UserStatus;
  readonly stoppedAt: Date | null;
  /** Null = nobody of the directory. */
  readonly activeInDirectory: boolean | null;
}

/**
 * Works on a user that is locked until the transaction's end; undefined when there is none. `revision`: only while it is the live one
 * (`stale_revision`), and no apply comes in between. What the user holds is read behind the lock: whoever gives roles takes it too.
 */
async function withUser<T>(
  pool: Pool,
  { organizationId, userId }: UserKey,
  { requireSayOver }: Administrator,
  work: (client: PoolClient, user: LockedUser) => Promise<T>,
  revision?: number,
): Promise<T | undefined> {
  if (!isUuid(userId)) return undefined;
  return inTransaction(pool, { organizationId }, async (client) => {
    if (revision !== undefined) await holdRevision(client, organizationId, revision);
    const key = [organizationId, userId];
    const [user] = await query<LockedUser & Record<string, unknown>>(client, LOCK_USER, key);
    if (user === undefined) return undefined;
    if (requireSayOver) requireSayOver(await query<Role & Record<string, unknown>>(client, GRANTS_OF_USER, key));
    return work(client, user);
  });
}

export async function deactivate(pool: Pool, key: UserKey, by: Administrator, how: StopHow): Promise<UserStopped> {
  const stopped = await withUser<UserStopped>(pool, key, by, async (client, { stoppedAt }) => {
    if (stoppedAt !== null) return { outcome: 'unchanged' };
    if (how.keepsSsoAdmin && (await isLastSsoAdmin(client, key, by))) return { outcome: 'last_sso_admin' };
    await query(client, STOP_USER, [key.organizationId, key.userId, by.now]);
    return { outcome: 'deactivated', receipt: await offboard(client, key, 'deactivated', by) };
  });
  return stopped ?? { outcome: 'unknown' };
}

export async function remove(pool: Pool, key: UserKey, by: Administrator, how: RemoveHow): Promise<UserStopped> {
  const work = async (client: PoolClient, { activeInDirectory }: LockedUser): Promise<UserStopped> => {
    if (activeInDirectory !== null && how.directoryGoneSince === undefined) return { outcome: 'managed' };
    if (how.keepsSsoAdmin && (await isLastSsoAdmin(client, key, by))) return { outcome: 'last_sso_admin' };
    if (activeInDirectory !== null) await leaveDirectory(client, key, activeInDirectory, by);
    const receipt = await offboard(client, key, 'deleted', by);
    await query(client, DELETE_USER, [key.organizationId, key.userId]);
    return { outcome: 'deleted', receipt };
  };
  const removed = await withUser(pool, key, by, work, how.directoryGoneSince);
  return removed ?? { outcome: 'unknown' };
}

export async function reactivate(
  pool: Pool,
  key: UserKey,
  by: Administrator,
  { directoryGoneSince }: DirectoryGone,
): ReturnType<UserStore['reactivate']> {
  type Resumed = Awaited<ReturnType<UserStore['reactivate']>>;
  const work = async (client: PoolClient, { status, stoppedAt, activeInDirectory }: LockedUser): Promise<Resumed> => {
    const saysNo = activeInDirectory === false;
    if (stoppedAt === null) {
      if (status !== 'disabled') return { outcome: 'unchanged' };
      if (saysNo && directoryGoneSince === undefined) return { outcome: 'managed' };
    }
    const values = [key.organizationId, key.userId, by.now];
    await query(client, REVOKE_SESSIONS, [key.organizationId, null, key.userId]);
    if (saysNo && directoryGoneSince !== undefined) await query(client, ACTIVATE_IN_DIRECTORY, values);
    await query(client, RESUME_USER, values);
    await audit(client, key, by, 'user.reactivated', {});
    return { outcome: 'reactivated' };
  };
  const resumed = await withUser(pool, key, by, work, directoryGoneSince);
  return resumed ?? { outcome: 'unknown' };
}

export function endSessions(pool: Pool, key: UserKey, by: Administrator): Promise<number | undefined> {
  return withUser(pool, key, by, async (client) => {
    const values = [key.organizationId, null, key.userId];
    const ended = (await query<EndedSessionRow & Record<string, unknown>>(client, REVOKE_SESSIONS, values)).map(
      endedSession,
    );
    const { actor, now } = by;
    await appendAudit(client, key.organizationId, revocations(ended, { reason: 'administrator', actor, now }));
    return ended.length;
  });
}

/** The directory may be declared again, and then counts whom it has. Before the audit log, as its own deletions do. */
async function leaveDirectory(client: PoolClient, key: UserKey, wasActive: boolean, by: Administrator): Promise<void> {
  await query(client, LEAVE_GROUPS, [key.organizationId, key.userId, by.now]);
  await query(client, LEAVE_DIRECTORY, [key.organizationId, wasActive]);
}

async function isLastSsoAdmin(client: PoolClient, key: UserKey, { now }: Administrator): Promise<boolean> {
  const values = [key.organizationId, [key.userId], now];
  return (await query<{ last: boolean }>(client, IS_LAST_SSO_ADMIN, values))[0]?.last === true;
}

/** Ends every way in of the user, by the path that a directory takes too. */
async function offboard(
  client: PoolClient,
  key: UserKey,
  cause: OffboardingReceipt['cause'],
  by: Administrator,
): Promise<OffboardingReceipt> {
  const { actor, now } = by;
  const receipt = { receiptId: newId(), actor: `${actor.kind}/${actor.id}` };
  const values = [key.organizationId, key.userId, cause, JSON.stringify(receipt), now];
  const [row] = await query<ReceiptRow & Record<string, unknown>>(client, OFFBOARD, values);
  if (row === undefined) throw new Error('offboard returned nothing');
  await audit(client, key, by, `user.${cause}`, { receipt: receipt.receiptId });
  return toReceipt(row);
}

function audit(
  client: PoolClient,
  { organizationId, userId }: UserKey,
  { actor, now }: Administrator,
  type: AuditEvent['type'],
  data: AuditEvent['data'],
): Promise<void> {
  return appendAudit(client, organizationId, [{ type, at: now, actor, subject: userId, data }]);
}
