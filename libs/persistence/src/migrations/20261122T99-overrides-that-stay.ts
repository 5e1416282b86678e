import type { SqlMigration } from './sql-migration.ts';

/**
 * Why what an override set is live though the override is over: `pending`, or the code of what keeps the server from taking it back. Not null
 * also says that its end is in the audit log. Null: it runs, or nobody looked at its end yet.
 */
export const overridesThatStay: SqlMigration = {
  name: '20261122T99-overrides-that-stay',
  sql: `alter table overrides add column stays text;`,
};
