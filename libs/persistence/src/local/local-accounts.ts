import type { PoolClient } from 'pg';
import { overtaken, PersistenceError } from '../errors.ts';
import { toStoredUser, type UserRow } from '../logins/stored-user.ts';
import type { SealedAt, Vault } from '../secrets/vault.ts';
import { query, type Statement } from '../sql.ts';
import type { LocalAccount, LocalAccounts, PasswordSet } from '../stores.ts';
import * as sql from './statements.ts';

type AccountRow = UserRow & {
  email_key: string;
  password_hash: string | null;
  password_changed_at: Date | null;
  totp: boolean;
  recovery_codes: number;
  identity_providers: string[];
  has_account: boolean;
};

/** Within a transaction that works for the organization; the vault opens and seals the seeds. */
export function localAccounts(client: PoolClient, organizationId: string, vault: Vault): LocalAccounts {
  const rows = <R extends object>(statement: Statement, ...values: readonly unknown[]) =>
    query<R>(client, statement, [organizationId, ...values]);
  const isDone = async (statement: Statement, ...values: readonly unknown[]) =>
    (await rows(statement, ...values)).length > 0;
  return {
    async byAddress(addressKey) {
      const [first, second] = await rows<AccountRow>(sql.ACCOUNTS_BY_ADDRESS, addressKey);
      return first && (first.has_account || !second) ? toAccount(first) : undefined;
    },

    async byUser(userId) {
      const [row] = await rows<AccountRow>(sql.ACCOUNT_OF_USER, userId);
      return row && toAccount(row);
    },

    async setPassword({ userId, addressKey, hash, keptSession = null, mailbox, now }) {
      const [row] = await rows<PasswordSet>(sql.SET_PASSWORD, userId, addressKey, hash, keptSession, mailbox, now);
      return row ?? { outcome: 'gone', sessions: 0, secondFactor: false, unlinked: [] };
    },

    removePassword: (userId) => isDone(sql.REMOVE_PASSWORD, userId),

    async endUnproved(userId, identityProvider) {
      const [row] = await rows<{ ended: boolean }>(sql.END_UNPROVED_ACCESS, userId, identityProvider);
      return row?.ended === true;
    },

    async holdRevision(revision) {
      if (await isDone(sql.HOLD_REVISION, revision)) return;
      throw new PersistenceError('stale_revision', 'the revision is not live; read the organization again');
    },

    async recordLogin({ userId, addressKey, passwordChangedAt, revision, now }) {
      const values = [userId, addressKey, passwordChangedAt, revision, now];
      const [row] = await rows<{ recorded: boolean }>(sql.RECORD_LOCAL_LOGIN, ...values);
      if (row?.recorded !== true) throw overtaken();
    },

    async totpSeed(userId) {
      type Row = { totp_secret: Buffer; confirmed: boolean; totp_last_step: string | null };
      const [row] = await rows<Row>(sql.TOTP_SEED, userId);
      if (row === undefined) return undefined;
      const seed = await vault.opened(seedAt(userId), row.totp_secret);
      const lastStep = row.totp_last_step === null ? undefined : Number(row.totp_last_step);
      return { seed, confirmed: row.confirmed, lastStep };
    },

    async proposeTotp(userId, seed) {
      return isDone(sql.PROPOSE_TOTP, userId, await vault.sealed(seedAt(userId), seed));
    },

    confirmTotp: (userId, step, now) => isDone(sql.CONFIRM_TOTP, userId, step, now),
    useTotpStep: (userId, step) => isDone(sql.USE_TOTP_STEP, userId, step),
    removeTotp: (userId) => isDone(sql.REMOVE_TOTP, userId),

    async replaceRecoveryCodes(userId, codeHashes) {
      await rows(sql.DELETE_RECOVERY_CODES, userId);
      if (codeHashes.length > 0) await rows(sql.ADD_RECOVERY_CODES, userId, codeHashes);
    },

    useRecoveryCode: (userId, codeHash) => isDone(sql.USE_RECOVERY_CODE, userId, codeHash),
  };
}

/** Where a seed is sealed to: it opens at no other user. */
function seedAt(userId: string): SealedAt {
  return { table: 'local_accounts', column: 'totp_secret', row: userId };
}

function toAccount(row: AccountRow): LocalAccount {
  const { password_hash: hash, password_changed_at: changedAt } = row;
  return {
    user: toStoredUser(row),
    addressKey: row.email_key,
    password: hash === null || changedAt === null ? undefined : { hash, changedAt },
    totp: row.totp,
    recoveryCodes: row.recovery_codes,
    identityProviders: row.identity_providers,
  };
}
