import { DIRECTORY_ROW, USER } from '../logins/user-columns.ts';
import type { Statement } from '../sql.ts';

/** Of a user `u` and its account `l`. */
const ACCOUNT = `${USER}, u.email_key, l.password_hash, l.password_changed_at, l.totp_confirmed_at is not null as totp,
  (select count(*)::integer from recovery_codes c where c.org_id = $1 and c.user_id = u.user_id) as recovery_codes,
  array(select distinct i.identity_provider from identities i
    where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider <> '@directory' order by 1) as identity_providers`;

/** An account whose address is not the user's any more is none. */
const FROM_USER = `from users u ${DIRECTORY_ROW}
left join local_accounts l on l.org_id = $1 and l.user_id = u.user_id and l.email_key = u.email_key
where u.org_id = $1 and u.email_key is not null`;

export const ACCOUNTS_BY_ADDRESS: Statement = {
  name: 'local.accounts-by-address',
  text: `
select ${ACCOUNT}, l.user_id is not null as has_account
${FROM_USER} and u.email_key = $2
order by has_account desc, u.user_id limit 2`,
};

export const ACCOUNT_OF_USER: Statement = {
  name: 'local.account-of-user',
  text: `
select ${ACCOUNT}, l.user_id is not null as has_account
${FROM_USER} and u.user_id = $2`,
};

export const SET_PASSWORD: Statement = {
  name: 'local.set-password',
  text: `
select outcome, sessions, second_factor as "secondFactor", unlinked
from local_set_password($1, $2, $3, $4, $5, $6, $7)`,
};

/** With the links by which another one could be set. */
export const REMOVE_PASSWORD: Statement = {
  name: 'local.remove-password',
  text: `
with links as (
  delete from one_time_links where org_id = $1 and user_id = $2
), pending as (
  delete from pending_sign_ins where org_id = $1 and user_id = $2
)
update local_accounts set password_hash = null
where org_id = $1 and user_id = $2 and password_hash is not null
returning user_id`,
};

export const END_UNPROVED_ACCESS: Statement = {
  name: 'local.end-unproved-access',
  text: 'select end_unproved_access($1, $2, $3) as ended',
};

export const HOLD_REVISION: Statement = {
  name: 'local.hold-revision',
  text: 'select org_id from organizations where org_id = $1 and revision = $2 for share',
};

export const RECORD_LOCAL_LOGIN: Statement = {
  name: 'local.record-login',
  text: 'select local_record_login($1, $2, $3, $4, $5, $6) as recorded',
};

export const TOTP_SEED: Statement = {
  name: 'local.totp-seed',
  text: `
select totp_secret, totp_confirmed_at is not null as confirmed, totp_last_step
from local_accounts where org_id = $1 and user_id = $2 and totp_secret is not null`,
};

export const PROPOSE_TOTP: Statement = {
  name: 'local.propose-totp',
  text: `
update local_accounts set totp_secret = $3, totp_last_step = null
where org_id = $1 and user_id = $2 and totp_confirmed_at is null
returning user_id`,
};

export const CONFIRM_TOTP: Statement = {
  name: 'local.confirm-totp',
  text: `
update local_accounts set totp_confirmed_at = $4, totp_last_step = $3
where org_id = $1 and user_id = $2 and totp_secret is not null and totp_confirmed_at is null
returning user_id`,
};

export const USE_TOTP_STEP: Statement = {
  name: 'local.use-totp-step',
  text: `
update local_accounts set totp_last_step = $3
where org_id = $1 and user_id = $2 and totp_confirmed_at is not null and (totp_last_step is null or totp_last_step < $3)
returning user_id`,
};

export const REMOVE_TOTP: Statement = {
  name: 'local.remove-totp',
  text: `
with codes as (
  delete from recovery_codes where org_id = $1 and user_id = $2
)
update local_accounts set totp_secret = null, totp_confirmed_at = null, totp_last_step = null
where org_id = $1 and user_id = $2 and totp_secret is not null
returning user_id`,
};

export const DELETE_RECOVERY_CODES: Statement = {
  name: 'local.delete-recovery-codes',
  text: 'delete from recovery_codes where org_id = $1 and user_id = $2',
};

export const ADD_RECOVERY_CODES: Statement = {
  name: 'local.add-recovery-codes',
  text: `
insert into recovery_codes (org_id, user_id, code_hash)
select $1, $2, unnest($3::bytea[])`,
};

export const USE_RECOVERY_CODE: Statement = {
  name: 'local.use-recovery-code',
  text: `
delete from recovery_codes where org_id = $1 and user_id = $2 and code_hash = $3
returning user_id`,
};

/** The former one of its purpose and user (or address) becomes the new one, so that there are never two. */
const PUT_LINK = `
insert into one_time_links as l (org_id, token_hash, purpose, user_id, address_key, about, created_by, created_at, expires_at,
  printed)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (org_id, purpose, (coalesce(user_id::text, address_key))) do update
set token_hash = excluded.token_hash, address_key = excluded.address_key, about = excluded.about,
  created_by = excluded.created_by, created_at = excluded.created_at, expires_at = excluded.expires_at,
  printed = excluded.printed`;

export const CREATE_LINK: Statement = { name: 'local.create-link', text: `${PUT_LINK} returning l.expires_at` };

/** Of two at the same moment one gets a row. */
export const CREATE_FIRST_LINK: Statement = {
  name: 'local.create-first-link',
  text: `${PUT_LINK} where l.expires_at <= excluded.created_at returning l.expires_at`,
};

/**
 * Good: in time, and of nobody or of a user who is not disabled and has this address still. An invitation is over once its user has
 * signed in, by whatever way.
 */
const GOOD_LINK = `l.org_id = $1 and l.token_hash = $2 and l.expires_at > $3 and (l.user_id is null or exists (
    select from users u
    where u.org_id = $1 and u.user_id = l.user_id and u.email_key = l.address_key
      and (u.status = 'invited' or u.status = 'active' and l.purpose <> 'invitation')))`;
const LINK = 'l.purpose, l.user_id, l.address_key, l.about, l.created_by, l.created_at, l.expires_at, l.printed';

export const PEEK_LINK: Statement = {
  name: 'local.peek-link',
  text: `select ${LINK} from one_time_links l where ${GOOD_LINK}`,
};

/** Users before their links and sign-ins, as whoever deactivates, deletes or locks them takes these. */
const heldUser = (of: 'one_time_links' | 'pending_sign_ins', key: 'token_hash' | 'handle_hash') => `
select from users u
where u.org_id = $1 and u.user_id = (select k.user_id from ${of} k where k.org_id = $1 and k.${key} = $2)
for no key update`;

export const HOLD_USER_OF_LINK: Statement = {
  name: 'local.hold-user-of-link',
  text: heldUser('one_time_links', 'token_hash'),
};

export const HOLD_USER_OF_SIGN_IN: Statement = {
  name: 'local.hold-user-of-sign-in',
  text: heldUser('pending_sign_ins', 'handle_hash'),
};

export const TAKE_LINK: Statement = {
  name: 'local.take-link',
  text: `delete from one_time_links l where ${GOOD_LINK} and l.purpose = $4 returning ${LINK}`,
};

export const END_LINKS: Statement = {
  name: 'local.end-links',
  text: 'delete from one_time_links where org_id = $1 and user_id = $2 returning user_id',
};

export const BEGIN_SIGN_IN: Statement = {
  name: 'local.begin-sign-in',
  text: `
insert into pending_sign_ins (org_id, handle_hash, browser_hash, user_id, password_changed_at, tries, trace_id, return_to,
  started_at, expires_at)
values ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)`,
};

const PRESENTED = 'org_id = $1 and handle_hash = $2 and browser_hash = $3 and expires_at > $4';
const SIGN_IN = `handle_hash, browser_hash, user_id, password_changed_at, tries, email_code_hash, trace_id, return_to,
  started_at, expires_at`;

export const FIND_SIGN_IN: Statement = {
  name: 'local.find-sign-in',
  text: `select ${SIGN_IN} from pending_sign_ins where ${PRESENTED}`,
};

export const COUNT_TRY: Statement = {
  name: 'local.count-try',
  text: `update pending_sign_ins set tries = tries + 1 where ${PRESENTED} returning ${SIGN_IN}`,
};

export const NOTE_EMAIL_CODE: Statement = {
  name: 'local.note-email-code',
  text: 'update pending_sign_ins set email_code_hash = $3 where org_id = $1 and handle_hash = $2',
};

export const END_SIGN_IN: Statement = {
  name: 'local.end-sign-in',
  text: 'delete from pending_sign_ins where org_id = $1 and handle_hash = $2',
};

export const IS_KNOWN_DEVICE: Statement = {
  name: 'local.is-known-device',
  text: 'select from known_devices where org_id = $1 and user_id = $2 and device_hash = $3',
};

export const NOTE_DEVICE: Statement = {
  name: 'local.note-device',
  text: `
with before as (
  select count(*) as devices, count(*) filter (where device_hash = $3) as this from known_devices where org_id = $1 and user_id = $2
), noted as (
  insert into known_devices (org_id, user_id, device_hash, first_seen_at, last_seen_at) values ($1, $2, $3, $4, $4)
  on conflict (org_id, user_id, device_hash) do update set last_seen_at = $4
)
select case when this > 0 then 'known' when devices > 0 then 'new' else 'first' end as noted from before`,
};

export const PURGE_LOCAL_SIGN_INS: Statement = {
  name: 'purge.local-sign-ins',
  text: 'select purge_local_sign_ins($1, $2)::integer as "localSignIns"',
};
