import type { SqlMigration } from './sql-migration.ts';

/** A page of the users whom no directory manages costs what it costs among few, however many users the directory has. */
export const unmanagedUsers: SqlMigration = {
  name: '20261122T86-unmanaged-users',
  sql: `
create index users_unmanaged on users (org_id, user_id) where deciding_identity_provider is distinct from '@directory';
`,
};
