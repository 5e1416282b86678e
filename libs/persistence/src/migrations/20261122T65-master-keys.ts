import type { SqlMigration } from './sql-migration.ts';

/**
 * Keys of the deployment itself, wrapped by the master key as those of organizations are: another master key wraps them anew, and
 * they stay what they are. `fingerprints` is what the fingerprints of secrets are made with.
 */
export const masterKeys: SqlMigration = {
  name: '20261122T65-master-keys',
  sql: `
create table deployment_keys (
  name text primary key,
  master_key_id text not null,
  wrapped_key bytea not null,
  created_at timestamptz(3) not null
);
grant select, insert on deployment_keys to rolecall_runtime;
`,
};
