import type { Statement } from '../sql.ts';

/** Sent when mails are queued, once per transaction. */
export const MAIL_CHANNEL = 'rolecall_mail';

/** $2 ids, $3 sealed mails, $4 when each is given up, $5 now. */
export const QUEUE: Statement = {
  name: 'mails.queue',
  text: `
with mail as (
  insert into mails (org_id, mail_id, sealed, created_at)
  select $1::uuid, m.id, m.sealed, $5::timestamptz from unnest($2::uuid[], $3::bytea[]) m(id, sealed)
), due as (
  insert into due_mails (org_id, mail_id, due_at, give_up_at, tries)
  select $1::uuid, m.id, $5::timestamptz, m.give_up_at, 0 from unnest($2::uuid[], $4::timestamptz[]) m(id, give_up_at)
)
select pg_notify('${MAIL_CHANNEL}', '')`,
};

/** What is given up soonest comes first: a code does not wait behind a thousand announcements. */
export const CLAIM: Statement = {
  name: 'mails.claim',
  text: `
update due_mails d
set tries = d.tries + 1, due_at = $1::timestamptz + least(interval '1 minute' * power(2, d.tries), interval '6 hours')
from (
  select org_id, mail_id from due_mails
  where due_at <= $1 and give_up_at > $1
  order by give_up_at, mail_id
  limit $2
  for update skip locked
) due
where d.org_id = due.org_id and d.mail_id = due.mail_id
returning d.org_id, d.mail_id, d.tries, d.give_up_at`,
};

export const READ: Statement = {
  name: 'mails.read',
  text: 'select sealed from mails where org_id = $1 and mail_id = $2',
};

export const FORGET: Statement = {
  name: 'mails.forget',
  text: `
with mail as (
  delete from mails where org_id = $1 and mail_id = $2
)
delete from due_mails where org_id = $1 and mail_id = $2`,
};

export const GIVE_UP: Statement = {
  name: 'mails.give-up',
  text: 'select mails_give_up($1, $2)::integer as mails',
};

export const WAITING: Statement = {
  name: 'mails.waiting',
  text: 'select count(*)::integer as mails from due_mails',
};
