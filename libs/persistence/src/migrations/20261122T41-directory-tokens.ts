import type { SqlMigration } from './sql-migration.ts';

/**
 * Tokens of directories are made, used, renamed with their name in the document, and ended; never prolonged. Authenticating is one
 * statement, and so is writing what many requests of several organizations did.
 */
export const directoryTokens: SqlMigration = {
  name: '20261122T41-directory-tokens',
  sql: `
alter table directory_tokens
  add column token_id uuid not null,
  add column created_by text not null,
  add column rotate_at timestamptz(3) not null,
  alter column expires_at set not null,
  add constraint directory_tokens_id unique (org_id, token_id);
revoke update on directory_tokens from rolecall_runtime;
grant update (name, expires_at, last_used_at, revoked_at) on directory_tokens to rolecall_runtime;

create unique index directory_requests_id on directory_requests (org_id, request_id);
create index directory_requests_refused on directory_requests (org_id, at, request_id)
  where outcome in ('refused', 'failed');
create index directory_requests_resource on directory_requests (org_id, resource_id, at, request_id)
  where resource_id is not null;

-- The live token of this hash, or null. Its use is noted once a minute; no request waits for that, neither for another that
-- notes it nor for the disk.
create function directory_authenticate(p_org_id uuid, p_token_hash bytea, p_now timestamptz)
returns json language plpgsql as $$
declare
  v_token directory_tokens;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_token from directory_tokens t
    where t.org_id = p_org_id and t.token_hash = p_token_hash and t.revoked_at is null and t.expires_at > p_now;
  if not found then
    return null;
  end if;
  if v_token.last_used_at is null or v_token.last_used_at <= p_now - interval '1 minute' then
    perform set_config('synchronous_commit', 'off', true);
    update directory_tokens t set last_used_at = p_now
      where t.org_id = p_org_id and t.token_hash in (
        select l.token_hash from directory_tokens l
        where l.org_id = p_org_id and l.token_hash = p_token_hash for update skip locked);
  end if;
  return json_build_object('id', v_token.token_id, 'name', v_token.name, 'expiresAt', v_token.expires_at);
end
$$;

-- Requests of any organizations, each written as its organization; one that is there already stays.
create function directory_append_requests(p_requests jsonb) returns void language plpgsql as $$
declare
  v_org_id uuid;
begin
  for v_org_id in select distinct (r ->> 'org_id')::uuid from jsonb_array_elements(p_requests) r loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    insert into directory_requests
    select r.* from jsonb_populate_recordset(null::directory_requests, p_requests) r
    where r.org_id = v_org_id
    on conflict do nothing;
  end loop;
end
$$;

-- Deletes what the request logs say of the time before, organization by organization.
create function purge_directory_requests(p_org_ids uuid[], p_before timestamptz) returns bigint language plpgsql as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from directory_requests r where r.org_id = v_org_id and r.at < p_before;
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;
`,
};
