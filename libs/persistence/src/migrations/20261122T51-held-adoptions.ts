import type { SqlMigration } from './sql-migration.ts';

/** Who is adopted inactive is held, when it is, before anything of the adoption is written. */
export const heldAdoptions: SqlMigration = {
  name: '20261122T51-held-adoptions',
  sql: `
-- The hold of a user who is to be adopted inactive, or null: it may go. Locks what the adoption locks, in its order.
create function directory_hold_adopted(p_org_id uuid, p_user_id uuid, p_off jsonb, p_now timestamptz) returns jsonb
language plpgsql set lock_timeout = '10s' as $$
declare
  v_brake record;
begin
  perform from organizations o where o.org_id = p_org_id for key share;
  perform from users u where u.org_id = p_org_id and u.user_id = p_user_id for no key update;
  select * into v_brake from directory_brake(p_org_id, p_user_id, p_off->'brake', p_now);
  if not found then
    return null;
  end if;
  return jsonb_build_object('holdId', directory_hold(p_org_id, p_user_id, v_brake.reason, p_off->'brake', p_off, p_now))
    || to_jsonb(v_brake);
end
$$;
`,
};
