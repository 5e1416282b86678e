import type { SqlMigration } from './sql-migration.ts';

/** A token is made, used and revoked. Its secret, rights and expiry are never changed, not even by the runtime role. */
export const tokensOnlyEnd: SqlMigration = {
  name: '20261122T11-tokens-only-end',
  sql: `
revoke update on api_tokens from rolecall_runtime;
grant update (last_used_at, revoked_at) on api_tokens to rolecall_runtime;
`,
};
