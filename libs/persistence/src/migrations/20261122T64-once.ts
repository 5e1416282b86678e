import type { SqlMigration } from './sql-migration.ts';

/**
 * What is done once: saved plans, and applies that a client may send again. Both go over many organizations, so they are no
 * organization's: their rows name revisions and have nothing of a document.
 */
export const once: SqlMigration = {
  name: '20261122T64-once',
  sql: `
create table saved_plans (
  plan_id uuid primary key,
  collection text not null,
  fingerprint text not null,
  base text not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3)
);
create index saved_plans_expires_at on saved_plans (expires_at);
create table apply_results (
  apply_id uuid primary key,
  actor text not null,
  collection text not null,
  fingerprint text not null,
  summary jsonb not null,
  applied jsonb not null,
  applied_at timestamptz(3) not null
);
create index apply_results_applied_at on apply_results (applied_at);
grant select, insert, update, delete on saved_plans to rolecall_runtime;
grant select, insert, delete on apply_results to rolecall_runtime;
`,
};
