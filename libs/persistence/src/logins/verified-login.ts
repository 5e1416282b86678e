import { timingSafeEqual } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { FactsJson } from '@rolecall/role-mapping';
import { query } from '../sql.ts';
import type { VerifiedLogin } from '../stores.ts';
import { TAKE_VERIFIED_LOGIN } from './statements.ts';

interface VerifiedRow {
  identity_provider: string;
  browser_hash: Buffer;
  trace_id: string;
  return_to: string | null;
  mode: 'login' | 'test';
  created_at: Date;
  expires_at: Date;
  name_id: string;
  name_id_format: string;
  session_index: string | null;
  session_not_on_or_after: Date | null;
  facts: FactsJson;
}

/**
 * Deletes and returns the login that waits under a handle. The row is gone when the caller commits, whoever asked: a
 * handle that another browser shows is burnt.
 */
export async function takeVerifiedLogin(
  client: PoolClient,
  organizationId: string,
  at: { readonly handleHash: Buffer; readonly browserHash: Buffer; readonly now: Date },
): Promise<VerifiedLogin | 'unknown' | 'other_browser'> {
  const [row] = await query<VerifiedRow>(client, TAKE_VERIFIED_LOGIN, [organizationId, at.handleHash]);
  if (row === undefined || row.expires_at <= at.now) return 'unknown';
  const sameBrowser =
    row.browser_hash.length === at.browserHash.length && timingSafeEqual(row.browser_hash, at.browserHash);
  if (!sameBrowser) return 'other_browser';
  return {
    identityProvider: row.identity_provider,
    traceId: row.trace_id,
    returnTo: row.return_to ?? undefined,
    mode: row.mode,
    startedAt: row.created_at,
    nameId: { value: row.name_id, format: row.name_id_format },
    sessionIndex: row.session_index ?? undefined,
    sessionNotOnOrAfter: row.session_not_on_or_after ?? undefined,
    facts: row.facts,
  };
}
