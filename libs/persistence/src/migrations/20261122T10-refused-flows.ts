import type { SqlMigration } from './sql-migration.ts';

/** Finds refused logins among many good ones; partial, so that a good login pays nothing for it. */
export const refusedFlows: SqlMigration = {
  name: '20261122T10-refused-flows',
  sql: `
create index flow_records_refused on flow_records (org_id, finished_at, trace_id) where outcome = 'refused';
`,
};
