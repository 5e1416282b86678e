import type { PoolClient } from 'pg';
import { query } from '../sql.ts';
import type { KnownDevices, PendingSignIn, PendingSignIns, PresentedSignIn } from '../stores.ts';
import * as sql from './statements.ts';

interface SignInRow {
  handle_hash: Buffer;
  browser_hash: Buffer;
  user_id: string;
  password_changed_at: Date;
  tries: number;
  email_code_hash: Buffer | null;
  trace_id: string;
  return_to: string | null;
  started_at: Date;
  expires_at: Date;
}

/** Within a transaction that works for the organization. */
export function pendingSignIns(client: PoolClient, organizationId: string): PendingSignIns {
  const presented = ({ handleHash, browserHash, now }: PresentedSignIn) => [
    organizationId,
    handleHash,
    browserHash,
    now,
  ];
  return {
    async begin({ handleHash, browserHash, userId, passwordChangedAt, traceId, returnTo, startedAt, expiresAt }) {
      const of = [organizationId, handleHash, browserHash, userId, passwordChangedAt];
      await query(client, sql.BEGIN_SIGN_IN, [...of, traceId, returnTo ?? null, startedAt, expiresAt]);
    },

    async find(at) {
      const [row] = await query<SignInRow>(client, sql.FIND_SIGN_IN, presented(at));
      return row && toSignIn(row);
    },

    async countTry(at) {
      await query(client, sql.HOLD_USER_OF_SIGN_IN, [organizationId, at.handleHash]);
      const [row] = await query<SignInRow>(client, sql.COUNT_TRY, presented(at));
      return row && toSignIn(row);
    },

    async noteEmailCode(handleHash, codeHash) {
      await query(client, sql.NOTE_EMAIL_CODE, [organizationId, handleHash, codeHash]);
    },

    async end(handleHash) {
      await query(client, sql.END_SIGN_IN, [organizationId, handleHash]);
    },
  };
}

/** Within a transaction that works for the organization. */
export function knownDevices(client: PoolClient, organizationId: string): KnownDevices {
  return {
    isKnown: async (userId, deviceHash) =>
      (await query(client, sql.IS_KNOWN_DEVICE, [organizationId, userId, deviceHash])).length > 0,

    async note(userId, deviceHash, now) {
      type Row = { noted: 'known' | 'new' | 'first' };
      const [row] = await query<Row>(client, sql.NOTE_DEVICE, [organizationId, userId, deviceHash, now]);
      return row?.noted ?? 'new';
    },
  };
}

function toSignIn(row: SignInRow): PendingSignIn {
  return {
    handleHash: row.handle_hash,
    browserHash: row.browser_hash,
    userId: row.user_id,
    passwordChangedAt: row.password_changed_at,
    tries: row.tries,
    emailCodeHash: row.email_code_hash ?? undefined,
    traceId: row.trace_id,
    returnTo: row.return_to ?? undefined,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
  };
}
