import { timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import { query } from '../sql.ts';
import type { PostedAnswer, TakenOidcLogin } from '../stores.ts';
import { HOLD_OIDC_LOGIN, TAKE_OIDC_LOGIN } from './statements.ts';

interface OidcLoginRow {
  identity_provider: string;
  browser_hash: Buffer;
  trace_id: string;
  return_to: string | null;
  mode: 'login' | 'test';
  created_at: Date;
  expires_at: Date;
  nonce: string;
  code_verifier: string;
  provider: TakenOidcLogin['provider'];
  answer: PostedAnswer | null;
  link_user_id: string | null;
}

/** Keeps what the provider posted; the handle takes the place of the state. */
export async function holdOidcLogin(
  pool: Pool,
  at: {
    readonly organizationId: string;
    readonly stateHash: Buffer;
    readonly handleHash: Buffer;
    readonly answer: PostedAnswer;
    readonly now: Date;
  },
): Promise<boolean> {
  const { organizationId, stateHash, handleHash, answer, now } = at;
  const values = [organizationId, stateHash, handleHash, JSON.stringify(answer), now];
  const [row] = await query<{ held: boolean }>(pool, HOLD_OIDC_LOGIN, values);
  return row?.held === true;
}

/** Consumes the login that a `state` began, whoever shows it; only the browser that began it is told what it was. */
export async function takeOidcLogin(
  pool: Pool,
  at: { readonly organizationId: string; readonly stateHash: Buffer; readonly browserHash: Buffer; readonly now: Date },
): Promise<TakenOidcLogin | 'unknown' | 'other_browser'> {
  const [row] = await query<OidcLoginRow>(pool, TAKE_OIDC_LOGIN, [at.organizationId, at.stateHash]);
  if (row === undefined || row.expires_at <= at.now) return 'unknown';
  const sameBrowser =
    row.browser_hash.length === at.browserHash.length && timingSafeEqual(row.browser_hash, at.browserHash);
  if (!sameBrowser) return 'other_browser';
  return {
    identityProvider: row.identity_provider,
    nonce: row.nonce,
    codeVerifier: row.code_verifier,
    provider: row.provider,
    answer: row.answer ?? undefined,
    linkUserId: row.link_user_id ?? undefined,
    traceId: row.trace_id,
    returnTo: row.return_to ?? undefined,
    mode: row.mode,
    createdAt: row.created_at,
  };
}
