import type { PoolClient } from 'pg';
import type { FactsJson } from '@rolecall/role-mapping';
import { overtaken } from '../errors.ts';
import { subjectColumns } from '../logins/stored-user.ts';
import { query } from '../sql.ts';
import type { LinkedOwn, OwnAccount, OwnLink, SubjectKey } from '../stores.ts';
import { HOLD_OWNER, LINK_OWN, OWN_ACCOUNT, RECORD_LINKED_LOGIN, UNLINK_OWN } from './statements.ts';

interface AccountRow {
  user_id: string;
  opened_at: Date;
  identities: { identityProvider: string; email: string | string[] | null }[];
}

/** Who is signed in under this session, since when, and by which identities this user may sign in. */
export async function ownAccount(
  client: PoolClient,
  organizationId: string,
  tokenHash: Buffer,
  now: Date,
): Promise<OwnAccount | undefined> {
  const [row] = await query<AccountRow>(client, OWN_ACCOUNT, [organizationId, tokenHash, now]);
  if (row === undefined) return undefined;
  const identities = row.identities.map(({ identityProvider, email }) => ({
    identityProvider,
    email: [email].flat()[0] ?? undefined,
  }));
  return { userId: row.user_id, openedAt: row.opened_at, identities };
}

/** Whoever ends all sessions of the user holds the user's row, and so does this: the session is asked for behind it. */
export async function linkOwn(
  client: PoolClient,
  organizationId: string,
  { userId, session, subject, facts, now }: OwnLink,
): Promise<LinkedOwn> {
  await query(client, HOLD_OWNER, [organizationId, userId]);
  const values = [organizationId, userId, ...subjectColumns(subject), JSON.stringify(facts), now, session];
  const [row] = await query<{ present: boolean; linked: boolean }>(client, LINK_OWN, values);
  if (row?.present !== true) return 'session_ended';
  return row.linked ? 'linked' : 'bound';
}

export async function unlinkOwn(
  client: PoolClient,
  organizationId: string,
  userId: string,
  identityProvider: string,
): Promise<{ readonly identities: number; readonly sessions: number }> {
  type Row = { identities: number; sessions: number };
  const [row] = await query<Row>(client, UNLINK_OWN, [organizationId, userId, identityProvider]);
  return row ?? { identities: 0, sessions: 0 };
}

export async function recordLinkedLogin(
  client: PoolClient,
  organizationId: string,
  userId: string,
  subject: SubjectKey,
  { facts, now }: { readonly facts: FactsJson; readonly now: Date },
): Promise<void> {
  const values = [organizationId, userId, ...subjectColumns(subject), JSON.stringify(facts), now];
  if ((await query(client, RECORD_LINKED_LOGIN, values)).length === 0) throw overtaken();
}
