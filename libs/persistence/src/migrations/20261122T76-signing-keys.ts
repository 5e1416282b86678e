import type { SqlMigration } from './sql-migration.ts';

/**
 * Public keys of what the deployment signs; the private ones are among `deployment_keys`, as `signing/<generation>`. Rows stay: what
 * was signed long ago is still to be checked.
 */
export const signingKeys: SqlMigration = {
  name: '20261122T76-signing-keys',
  sql: `
create table signing_keys (
  generation integer primary key,
  public_key jsonb not null,
  current_from timestamptz(3) not null,
  created_at timestamptz(3) not null
);
grant select, insert on signing_keys to rolecall_runtime;
`,
};
