import type { SqlMigration } from './sql-migration.ts';

/** A write of the directory gives its connection back when it waits for a lock for ten seconds; the client is told to try again. */
export const directoryLockTimeout: SqlMigration = {
  name: '20261122T51-directory-lock-timeout',
  sql: `
alter function directory_create_user(uuid, jsonb, jsonb, text, jsonb, timestamptz) set lock_timeout = '10s';
alter function directory_adopt_user(uuid, uuid, jsonb, jsonb, jsonb, timestamptz) set lock_timeout = '10s';
alter function directory_replace_user(uuid, bigint, jsonb, jsonb, jsonb, jsonb, timestamptz) set lock_timeout = '10s';
alter function directory_delete_user(uuid, uuid, bigint, jsonb, jsonb, timestamptz) set lock_timeout = '10s';
alter function directory_change_group(uuid, text, uuid, bigint, jsonb, uuid[], uuid[], uuid[], boolean, boolean, timestamptz)
  set lock_timeout = '10s';
alter function directory_store_access(uuid, integer, jsonb, jsonb, jsonb, timestamptz) set lock_timeout = '10s';
alter function directory_finish_group(uuid, uuid, integer, integer, integer, jsonb, jsonb, jsonb, jsonb, timestamptz)
  set lock_timeout = '10s';
`,
};
