import type { SqlMigration } from './sql-migration.ts';

/**
 * What an override changes though no collection declares it has an end too: what was there before stands beside it. Null: the field is
 * declared. No value of it is secret, as documents refer to secrets.
 *
 * The register of what ends, which all organizations share, has no keys of exemptions: these are addresses.
 */
export const formerValues: SqlMigration = {
  name: '20261122T88-former-values',
  sql: `
alter table overrides add column former jsonb;

create function override_item(path text) returns text language sql immutable
  return regexp_replace(path, '^(/spec/login/exemptions)/.*$', '\\1');

create or replace function override_note_expiry() returns trigger language plpgsql as $$
declare
  organization uuid := coalesce(new.org_id, old.org_id);
  items text[] := array[override_item(old.path), override_item(new.path)];
begin
  delete from expiring_items i where i.org_id = organization and i.kind = 'override' and i.name = any(items);
  insert into expiring_items (org_id, kind, name, expires_at)
  select organization, 'override', override_item(o.path), min(o.expires_at)
  from overrides o where o.org_id = organization and override_item(o.path) = any(items)
  group by override_item(o.path);
  return null;
end
$$;

alter table overrides no force row level security;
delete from expiring_items i where i.kind = 'override';
insert into expiring_items (org_id, kind, name, expires_at)
  select o.org_id, 'override', override_item(o.path), min(o.expires_at) from overrides o group by 1, 3;
alter table overrides force row level security;
`,
};
