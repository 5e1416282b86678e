import type { SqlMigration } from './sql-migration.ts';

/**
 * Who may apply to a collection. A row stays when its lease ends, so that the fencing number never comes again. A collection
 * is no organization: a routing table, which names a job and an API token.
 */
export const leases: SqlMigration = {
  name: '20261122T64-leases',
  sql: `
create table collection_leases (
  collection text primary key,
  fencing integer not null,
  holder text not null,
  token text not null,
  taken_at timestamptz(3) not null,
  -- null: ended
  expires_at timestamptz(3)
);
grant select, insert, update on collection_leases to rolecall_runtime;
`,
};
