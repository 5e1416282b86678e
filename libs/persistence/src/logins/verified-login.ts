import { timingSafeEqual } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { FactsJson } from '@rolecall/role-mapping';
import { query } from '../sql.ts';
import type { StoredUser, UnsolicitedLogin, VerifiedLogin } from '../stores.ts';
import { CLAIM_UNSOLICITED_LOGIN, TAKE_VERIFIED_LOGIN } from './statements.ts';
import { toStoredUser, type UserRow } from './stored-user.ts';

interface VerifiedRow {
  identity_provider: string;
  /** Null = nobody showed the handle of a login that began at the IdP. */
  browser_hash: Buffer | null;
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

/** The login that was taken, and the user of its subject at that moment. */
export interface TakenLogin {
  readonly login: VerifiedLogin;
  readonly user: StoredUser | undefined;
}

type TakenRow = VerifiedRow & ({ readonly user_id: null } | UserRow);

interface ShownHandle {
  readonly handleHash: Buffer;
  readonly browserHash: Buffer;
  readonly now: Date;
}

/**
 * Deletes and returns the login that waits under a handle. The row is gone when the caller commits, whoever asked: a
 * handle that another browser shows is burnt. `unsolicited` logins are taken by those who ask for such alone.
 */
export async function takeVerifiedLogin(
  client: PoolClient,
  organizationId: string,
  at: ShownHandle & { readonly unsolicited: boolean },
): Promise<TakenLogin | 'unknown' | 'other_browser'> {
  const values = [organizationId, at.handleHash, at.unsolicited];
  const [row] = await query<TakenRow>(client, TAKE_VERIFIED_LOGIN, values);
  if (row === undefined || row.expires_at <= at.now) return 'unknown';
  if (!isSame(row.browser_hash, at.browserHash)) return 'other_browser';
  const login = {
    identityProvider: row.identity_provider,
    traceId: row.trace_id,
    returnTo: row.return_to ?? undefined,
    mode: row.mode,
    startedAt: row.created_at,
    nameId: { value: row.name_id, format: row.name_id_format },
    sessionIndex: row.session_index ?? undefined,
    sessionNotOnOrAfter: row.session_not_on_or_after ?? undefined,
    facts: row.facts,
    unsolicited: at.unsolicited,
  };
  return { login, user: row.user_id === null ? undefined : toStoredUser(row) };
}

/** Shows a login that began at the IdP to the first browser that has its handle, and to no other from then on. */
export async function claimUnsolicitedLogin(
  client: PoolClient,
  organizationId: string,
  at: ShownHandle,
): Promise<UnsolicitedLogin | 'unknown' | 'other_browser'> {
  const values = [organizationId, at.handleHash, at.browserHash, at.now];
  const [row] = await query<VerifiedRow>(client, CLAIM_UNSOLICITED_LOGIN, values);
  if (row === undefined) return 'unknown';
  if (!isSame(row.browser_hash, at.browserHash)) return 'other_browser';
  return {
    identityProvider: row.identity_provider,
    traceId: row.trace_id,
    nameId: { value: row.name_id, format: row.name_id_format },
  };
}

function isSame(stored: Buffer | null, shown: Buffer): boolean {
  return stored !== null && stored.length === shown.length && timingSafeEqual(stored, shown);
}
