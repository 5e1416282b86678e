import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;

/**
 * The outbox: mails are queued by the transaction that they are about, and sent afterwards by whichever process is first. Queued by
 * logins too, so it refers to no other row: see 20261121T02-organization-tables.
 */
export const mails: SqlMigration = {
  name: '20261122T77-mails',
  sql: `
create table mails (
  org_id uuid not null,
  mail_id uuid not null,
  sealed bytea not null,
  created_at timestamptz(3) not null,
  primary key (org_id, mail_id)
);
alter table mails enable row level security;
alter table mails force row level security;
create policy own_organization on mails using ${OWN_ROWS} with check ${OWN_ROWS};
grant select, insert, delete on mails to rolecall_runtime;

create table due_mails (
  org_id uuid not null,
  mail_id uuid not null,
  due_at timestamptz(3) not null,
  give_up_at timestamptz(3) not null,
  tries integer not null,
  primary key (org_id, mail_id)
);
create index due_mails_give_up on due_mails (give_up_at);
grant select, insert, update, delete on due_mails to rolecall_runtime;

create function forget_mails() returns trigger language plpgsql as $$
begin
  delete from public.mails where org_id = old.org_id;
  delete from public.due_mails where org_id = old.org_id;
  return null;
end
$$;
create trigger organizations_forget_mails
  after delete on organizations for each row execute function forget_mails();

-- Deletes up to p_limit mails that nobody needs any more, organization by organization.
create function mails_give_up(p_now timestamptz, p_limit integer) returns bigint language plpgsql as $$
declare
  v_due record;
  v_total bigint := 0;
begin
  for v_due in
    select d.org_id, d.mail_id from due_mails d where d.give_up_at <= p_now
    order by d.give_up_at limit p_limit for update skip locked
  loop
    perform set_config('rolecall.organization_id', v_due.org_id::text, true);
    delete from mails m where m.org_id = v_due.org_id and m.mail_id = v_due.mail_id;
    delete from due_mails d where d.org_id = v_due.org_id and d.mail_id = v_due.mail_id;
    v_total := v_total + 1;
  end loop;
  return v_total;
end
$$;
`,
};
