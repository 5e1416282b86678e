import type { SqlMigration } from './sql-migration.ts';

/**
 * The counters of limits that all processes share, as rate-limiter-flexible wants them. Not logged: what a crash of the server
 * empties is at most an hour old, and each try would be written twice.
 */
export const rateLimits: SqlMigration = {
  name: '20261122T77-rate-limits',
  sql: `
create unlogged table rate_limits (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
create index rate_limits_expire on rate_limits (expire);
grant select, insert, update, delete on rate_limits to rolecall_runtime;
`,
};
