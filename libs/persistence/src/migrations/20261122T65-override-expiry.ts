import type { SqlMigration } from './sql-migration.ts';

/** Ends of overrides stand in the register of what ends, by the path that they hold: neither who set them nor why. */
export const overrideExpiry: SqlMigration = {
  name: '20261122T65-override-expiry',
  sql: `
create function override_note_expiry() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    delete from expiring_items i where i.org_id = old.org_id and i.kind = 'override' and i.name = old.path;
  end if;
  if tg_op <> 'DELETE' then
    insert into expiring_items (org_id, kind, name, expires_at) values (new.org_id, 'override', new.path, new.expires_at)
    on conflict (org_id, kind, name) do update set expires_at = excluded.expires_at;
  end if;
  return null;
end
$$;
create trigger overrides_note_expiry after insert or update or delete on overrides
  for each row execute function override_note_expiry();

alter table overrides no force row level security;
insert into expiring_items (org_id, kind, name, expires_at)
  select o.org_id, 'override', o.path, o.expires_at from overrides o on conflict do nothing;
alter table overrides force row level security;
`,
};
