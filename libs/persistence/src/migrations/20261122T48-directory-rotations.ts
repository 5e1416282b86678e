import type { SqlMigration } from './sql-migration.ts';

/**
 * When the next token of a directory is to be rotated, over all organizations: a routing table, so that a plan of ten thousand
 * organizations learns in one statement of the few whose tokens end. Follows the tokens by a trigger, which a mere use does not pull.
 */
export const directoryRotations: SqlMigration = {
  name: '20261122T48-directory-rotations',
  sql: `
create table directory_rotations (
  org_id uuid primary key references organization_registry (org_id) on delete cascade,
  rotate_at timestamptz(3) not null
);
create index directory_rotations_due on directory_rotations (rotate_at);
grant select, insert, update, delete on directory_rotations to rolecall_runtime;

create function directory_note_rotation() returns trigger language plpgsql as $$
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
  return null;
end
$$;
create trigger directory_tokens_note_rotation
  after insert or update of name, expires_at, revoked_at on directory_tokens
  for each row execute function directory_note_rotation();

-- The newest token of each name, of the collection's organizations, that is to be rotated before then; those due first.
create function directory_tokens_due(p_collection text, p_before timestamptz)
returns table (organization text, name text, rotate_at timestamptz, expires_at timestamptz) language plpgsql as $$
#variable_conflict use_column
declare
  v_due record;
begin
  for v_due in
    select r.org_id, r.name from directory_rotations d join organization_registry r on r.org_id = d.org_id
    where r.collection = p_collection and d.rotate_at <= p_before order by d.rotate_at, r.name limit 100
  loop
    perform set_config('rolecall.organization_id', v_due.org_id::text, true);
    return query
      select v_due.name, newest.name, newest.rotate_at, newest.expires_at
      from (select distinct on (t.name) t.name, t.rotate_at, t.expires_at from directory_tokens t
            where t.org_id = v_due.org_id and t.revoked_at is null
            order by t.name, t.created_at desc, t.token_id desc) newest
      where newest.rotate_at <= p_before order by newest.rotate_at, newest.name;
  end loop;
end
$$;
`,
};
