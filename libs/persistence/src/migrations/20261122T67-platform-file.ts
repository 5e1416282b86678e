import type { SqlMigration } from './sql-migration.ts';

/** The file that has the live document of the deployment by now. The rest of a revision is as immutable as before. */
export const platformFile: SqlMigration = {
  name: '20261122T67-platform-file',
  sql: `
alter table platform_revisions add column moved_to text;
grant update (moved_to) on platform_revisions to rolecall_runtime;
`,
};
