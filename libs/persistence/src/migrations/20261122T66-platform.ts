import type { SqlMigration } from './sql-migration.ts';

/** The document of the deployment: immutable revisions, the last one is live. It belongs to no organization. */
export const platformRevisions: SqlMigration = {
  name: '20261122T66-platform',
  sql: `
create table platform_revisions (
  number integer primary key,
  collection text not null,
  document jsonb not null,
  digest text not null,
  origin jsonb not null,
  applied_at timestamptz(3) not null
);
grant select, insert on platform_revisions to rolecall_runtime;
`,
};
