import type { SqlMigration } from './sql-migration.ts';

/** Read by the steps below across organizations, which their policies would hide from an owner who is no superuser. */
const BACKFILLED = ['organizations', 'revisions', 'directory_tokens'];

/**
 * What ends by itself, over all organizations: routing tables, with names and times alone, so that one statement finds what
 * ends soon. `expiring_items` has what is known nowhere else without asking each organization: client secrets and our own keys
 * (written by applies), tokens of directories (by the trigger). Ends of metadata stand in `metadata_refreshes`, those of API
 * tokens in `api_tokens`. `expiry_notices`: what the platform team was told of, once per item, end and threshold.
 */
export const expiry: SqlMigration = {
  name: '20261122T65-expiry',
  sql: `
create table expiring_items (
  org_id uuid not null references organization_registry (org_id) on delete cascade,
  kind text not null,
  name text not null,
  expires_at timestamptz(3) not null,
  primary key (org_id, kind, name)
);
create index expiring_items_expiry on expiring_items (expires_at);
grant select, insert, update, delete on expiring_items to rolecall_runtime;

alter table metadata_refreshes add column metadata_valid_until timestamptz(3);
create index metadata_refreshes_certificates on metadata_refreshes (certificates_expire_at);

-- organization: its name, or nothing for what is the deployment's
create table expiry_notices (
  organization text not null,
  kind text not null,
  name text not null,
  expires_at timestamptz(3) not null,
  threshold integer not null,
  sent_at timestamptz(3) not null,
  primary key (organization, kind, name, expires_at, threshold)
);
grant select, insert, delete on expiry_notices to rolecall_runtime;

create or replace function directory_note_rotation() returns trigger language plpgsql as $$
declare
  v_rotate_at timestamptz;
begin
  select min(newest.rotate_at) into v_rotate_at
    from (select distinct on (t.name) t.rotate_at from directory_tokens t
          where t.org_id = new.org_id and t.revoked_at is null
          order by t.name, t.created_at desc, t.token_id desc) newest;
  if v_rotate_at is null then
    delete from directory_rotations d where d.org_id = new.org_id;
  else
    insert into directory_rotations values (new.org_id, v_rotate_at)
    on conflict (org_id) do update set rotate_at = excluded.rotate_at;
  end if;
  delete from expiring_items i where i.org_id = new.org_id and i.kind = 'scim-token';
  insert into expiring_items (org_id, kind, name, expires_at)
    select distinct on (t.name) t.org_id, 'scim-token', t.name, t.expires_at from directory_tokens t
    where t.org_id = new.org_id and t.revoked_at is null
    order by t.name, t.created_at desc, t.token_id desc;
  return null;
end
$$;

${BACKFILLED.map((table) => `alter table ${table} no force row level security;`).join('\n')}
insert into expiring_items (org_id, kind, name, expires_at)
  select distinct on (t.org_id, t.name) t.org_id, 'scim-token', t.name, t.expires_at from directory_tokens t
  where t.revoked_at is null
  order by t.org_id, t.name, t.created_at desc, t.token_id desc;
-- the end of the last day, also of one that no calendar has (2027-02-31)
insert into expiring_items (org_id, kind, name, expires_at)
  select o.org_id, 'client-secret', p.key,
    (to_date(left(e.day, 7), 'YYYY-MM') + right(e.day, 2)::integer)::timestamp at time zone 'UTC'
  from organizations o
  join revisions r on r.org_id = o.org_id and r.number = o.revision
  cross join lateral jsonb_each(coalesce(r.document #> '{spec,identityProviders}', '{}')) p
  cross join lateral (select p.value #>> '{clientSecret,expires}' as day) e
  where e.day is not null;
${BACKFILLED.map((table) => `alter table ${table} force row level security;`).join('\n')}
`,
};
