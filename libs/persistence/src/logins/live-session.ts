import type { PoolClient } from 'pg';
import { query } from '../sql.ts';
import type { Announcement, LiveSession } from '../stores.ts';
import { LIVE_SESSION } from './statements.ts';

interface LiveSessionRow {
  user_id: string;
  identity_provider: string;
  name_id_format: string;
  name_id: string;
  session_index: string | null;
  expires_at: Date;
  announcement: Announcement | null;
}

/** A session that is live and whose user is active, locked until the transaction's end. */
export async function liveSession(
  client: PoolClient,
  organizationId: string,
  tokenHash: Buffer,
  now: Date,
): Promise<LiveSession | undefined> {
  const [row] = await query<LiveSessionRow>(client, LIVE_SESSION, [organizationId, tokenHash, now]);
  if (row === undefined) return undefined;
  return {
    userId: row.user_id,
    subject: { identityProvider: row.identity_provider, nameId: { value: row.name_id, format: row.name_id_format } },
    sessionIndex: row.session_index ?? undefined,
    expiresAt: row.expires_at,
    announcement: row.announcement ?? undefined,
  };
}
