import type { SqlMigration } from './sql-migration.ts';

/** Processes keep tokens that they found good for some seconds: what ends one is told to all of them. */
export const directoryTokensAnnounced: SqlMigration = {
  name: '20261122T50-directory-tokens-announced',
  sql: `
create trigger directory_tokens_announce after update of expires_at, name, revoked_at or delete on directory_tokens
  for each row execute function announce_organization();
`,
};
