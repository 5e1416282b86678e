import type { SqlMigration } from './sql-migration.ts';

/**
 * Tokens of jobs that were exchanged for API tokens: each once, remembered while it could be exchanged again. An API token that
 * came so says by whom; those are deleted some time after their end, unlike tokens that somebody made.
 */
export const workloadTokens: SqlMigration = {
  name: '20261122T66-workload-tokens',
  sql: `
create table used_workload_tokens (
  replay_key bytea primary key,
  expires_at timestamptz(3) not null
);
create index used_workload_tokens_expires_at on used_workload_tokens (expires_at);
grant select, insert, delete on used_workload_tokens to rolecall_runtime;

alter table api_tokens add column workload jsonb;

create function purge_workload_tokens(p_before timestamptz) returns integer
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  with gone as (
    delete from public.api_tokens where workload is not null and expires_at < p_before returning id
  )
  select count(*)::integer from gone
$$;
revoke execute on function purge_workload_tokens(timestamptz) from public;
grant execute on function purge_workload_tokens(timestamptz) to rolecall_runtime;
`,
};
