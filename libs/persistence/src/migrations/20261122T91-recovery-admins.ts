import type { SqlMigration } from './sql-migration.ts';

/** Who has opened a recovery session, in the words of the audit log: one for all that it does, whatever it repairs. */
export const recoveryAdmins: SqlMigration = {
  name: '20261122T91-recovery-admins',
  sql: `
-- null = opened before, half an hour ago at most
alter table recovery_sessions add column admin_id text;
`,
};
