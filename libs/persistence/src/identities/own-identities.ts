import type { PoolClient } from 'pg';
import type { FactsJson } from '@rolecall/role-mapping';
import { overtaken } from '../errors.ts';
import { query } from '../sql.ts';
import type { OwnAccount, SubjectKey } from '../stores.ts';
import { LINK_OWN, OWN_ACCOUNT, RECORD_LINKED_LOGIN, UNLINK_OWN } from './statements.ts';

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

/** False when the subject is bound already, or the user has an identity at this IdP. */
export async function linkOwn(
  client: PoolClient,
  organizationId: string,
  userId: string,
  { identityProvider, nameId }: SubjectKey,
  { facts, now }: { readonly facts: FactsJson; readonly now: Date },
): Promise<boolean> {
  const values = [organizationId, userId, identityProvider, nameId.format, nameId.value, JSON.stringify(facts), now];
  return (await query(client, LINK_OWN, values)).length > 0;
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
  { identityProvider, nameId }: SubjectKey,
  { facts, now }: { readonly facts: FactsJson; readonly now: Date },
): Promise<void> {
  const values = [organizationId, userId, identityProvider, nameId.format, nameId.value, JSON.stringify(facts), now];
  if ((await query(client, RECORD_LINKED_LOGIN, values)).length === 0) throw overtaken();
}
