import type { SqlMigration } from './sql-migration.ts';

/** What was done under a lease: a plan that is applied in parts is held to its limits as a whole. */
export const leaseCounts: SqlMigration = {
  name: '20261122T71-lease-counts',
  sql: `
alter table collection_leases add deletes integer not null default 0, add affected integer not null default 0;
`,
};
