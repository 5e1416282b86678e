import type { SqlMigration } from './sql-migration.ts';

/**
 * Key pairs of a SAML connection, several of one use: a generation follows the one before it. Private keys are sealed
 * secrets, named here, so that what was sealed before keeps its name (it is sealed in). What an IdP knows stays in use: the
 * one signing key that a connection had is its first generation.
 */
export const serviceProviderKeys: SqlMigration = {
  name: '20261122T30-service-provider-keys',
  sql: `
create table service_provider_keys (
  org_id uuid not null,
  identity_provider text not null,
  use text not null,
  generation integer not null,
  certificate text not null,
  secret_name text not null,
  current_from timestamptz(3) not null,
  overlap_seconds integer not null,
  primary key (org_id, identity_provider, use, generation),
  foreign key (org_id, identity_provider) references identity_provider_metadata on update cascade on delete cascade
);
alter table identity_provider_metadata no force row level security;
insert into service_provider_keys
select org_id, identity_provider, 'signing', 1, signing_certificate, 'saml_signing_key/' || identity_provider, now(), 604800
from identity_provider_metadata where signing_certificate is not null;
alter table identity_provider_metadata force row level security;
alter table identity_provider_metadata drop column signing_certificate;

alter table service_provider_keys enable row level security;
alter table service_provider_keys force row level security;
create policy own_organization on service_provider_keys
  using (org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)
  with check (org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid);
grant select, insert, update, delete on service_provider_keys to rolecall_runtime;

-- What is over is of no use to anybody but a thief.
create function purge_service_provider_keys(p_org_ids uuid[], p_now timestamptz)
returns bigint language plpgsql as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_purged bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    with gone as (
      delete from service_provider_keys k
      where k.org_id = v_org_id and exists (
        select from service_provider_keys f
        where f.org_id = k.org_id and f.identity_provider = k.identity_provider and f.use = k.use
          and f.generation > k.generation and f.current_from + make_interval(secs => f.overlap_seconds) <= p_now)
      returning secret_name
    )
    delete from sealed_secrets s using gone where s.org_id = v_org_id and s.name = gone.secret_name;
    get diagnostics v_count = row_count;
    v_purged := v_purged + v_count;
  end loop;
  return v_purged;
end
$$;
`,
};
