import type { SqlMigration } from './sql-migration.ts';

/** A lease is its holder's who was given its secret; its number alone can be guessed. One that was taken before ends by itself. */
export const leaseSecrets: SqlMigration = {
  name: '20261122T68-lease-secrets',
  sql: `
alter table collection_leases add secret_digest text;
`,
};
