import type { Statement } from '../sql.ts';
import { DIRECTORY_ROW, USER } from './user-columns.ts';

export const BEGIN_LOGIN: Statement = {
  name: 'logins.begin',
  text: 'select login_begin($1, $2, $3, $4, $5, $6, $7, $8, $9)',
};

export const ACCEPT_LOGIN: Statement = {
  name: 'logins.accept',
  text: 'select login_accept($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as acceptance',
};

export const ACCEPT_UNSOLICITED_LOGIN: Statement = {
  name: 'logins.accept-unsolicited',
  text: 'select login_accept_unsolicited($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as acceptance',
};

export const BEGIN_OIDC_LOGIN: Statement = {
  name: 'logins.begin-oidc',
  text: 'select oidc_login_begin($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)',
};

export const HOLD_OIDC_LOGIN: Statement = {
  name: 'logins.hold-oidc',
  text: 'select oidc_login_hold($1, $2, $3, $4, $5) as held',
};

export const TAKE_OIDC_LOGIN: Statement = {
  name: 'logins.take-oidc',
  text: 'select * from oidc_login_take($1, $2)',
};

export const PENDING_LOGIN: Statement = {
  name: 'logins.pending',
  text: `
select trace_id, mode
from login_transactions
where org_id = $1 and request_id = $2 and handle_hash is null
limit 1`,
};

/** With the user of its subject, whom every login looks up next. */
export const TAKE_VERIFIED_LOGIN: Statement = {
  name: 'login.take-verified',
  text: `
with taken as (
  delete from login_transactions
  where org_id = $1 and handle_hash = $2 and unsolicited = $3
  returning identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at, name_id, name_id_format,
    session_index, session_not_on_or_after, facts
)
select t.*, ${USER}
from taken t
left join identities i on i.org_id = $1 and i.identity_provider = t.identity_provider
  and i.name_id_format = t.name_id_format and i.name_id = t.name_id
left join users u on u.org_id = $1 and u.user_id = i.user_id
${DIRECTORY_ROW}`,
};

/** The first browser that shows the handle keeps it. */
export const CLAIM_UNSOLICITED_LOGIN: Statement = {
  name: 'login.claim-unsolicited',
  text: `
update login_transactions
set browser_hash = coalesce(browser_hash, $3)
where org_id = $1 and handle_hash = $2 and unsolicited and expires_at > $4
returning identity_provider, browser_hash, trace_id, name_id, name_id_format`,
};

export const FIND_USER_BY_SUBJECT: Statement = {
  name: 'login.find-user-by-subject',
  text: `
select ${USER}
from identities i
join users u on u.org_id = i.org_id and u.user_id = i.user_id
${DIRECTORY_ROW}
where i.org_id = $1 and i.identity_provider = $2 and i.name_id_format = $3 and i.name_id = $4`,
};

export const FIND_LINKABLE_USERS: Statement = {
  name: 'login.find-linkable-users',
  text: `
select ${USER}
from users u
${DIRECTORY_ROW}
where u.org_id = $1 and u.email_key = lower($2)
  and not exists (
    select from identities i where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider = $3)
order by u.user_id`,
};

/** Only for identity providers with `aliases`; reads the organization's users. */
export const FIND_ALIAS_USERS: Statement = {
  name: 'login.find-alias-users',
  text: `
select ${USER}
from users u
${DIRECTORY_ROW}
where u.org_id = $1 and lower(u.email) like $2 and u.status <> 'disabled'
  and not exists (
    select from identities i
    where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider = $3
      and not (i.name_id = $4 and i.name_id_format = $5 || u.user_id::text))
order by lower(u.email), u.user_id
limit 20`,
};

/** $2 folded names, $3 an externalId, $4 an e-mail address. Each part has an index of its own. */
export const FIND_PROVISIONED: Statement = {
  name: 'login.find-provisioned',
  text: `
select ${USER},
  d.user_name_key, d.external_id,
  array(
    select i.identity_provider from identities i
    where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider <> '@directory'
    order by i.identity_provider) as identity_providers
from (
  select user_id from directory_users where org_id = $1 and user_name_key = any($2)
  union select user_id from directory_users where org_id = $1 and external_id = $3
  union select user_id from users where org_id = $1 and email_key = lower($4)
) named
join users u on u.org_id = $1 and u.user_id = named.user_id
join directory_users d on d.org_id = $1 and d.user_id = u.user_id
order by u.user_id
limit 20`,
};

/** False = see the function. */
export const RECORD_DIRECTORY_LOGIN: Statement = {
  name: 'login.record-directory-login',
  text: 'select record_directory_login($1, $2, $3, $4, $5, $6, $7) as recorded',
};

export const FIND_USERS: Statement = {
  name: 'login.find-users',
  text: `
select ${USER}
from users u
${DIRECTORY_ROW}
where u.org_id = $1 and u.user_id = any($2::uuid[]) and u.status <> 'disabled'
order by lower(u.email), u.user_id`,
};

export const FACTS_OF_SUBJECT: Statement = {
  name: 'login.facts-of-subject',
  text: `
select facts from identities
where org_id = $1 and identity_provider = $2 and name_id_format = $3 and name_id = $4`,
};

export const LIVE_SESSION: Statement = {
  name: 'login.live-session',
  text: `
select s.user_id, s.identity_provider, s.name_id_format, s.name_id, s.session_index, s.expires_at, s.announcement
from sessions s
join users u on u.org_id = s.org_id and u.user_id = s.user_id and u.status = 'active'
where s.org_id = $1 and s.token_hash = $2 and s.expires_at > $3 and s.idle_expires_at > $3
for update of s`,
};

export const IS_ADDRESS_OF_ANOTHER: Statement = {
  name: 'login.is-address-of-another',
  text: `
select exists (select from users where org_id = $1 and email_key = lower($2) and user_id <> $3) as taken`,
};

/** Of the login's own connection: a second one, wanted by many logins at once, would leave none to any. */
export const IS_DOMAIN_OF_ANOTHER: Statement = {
  name: 'login.is-domain-of-another',
  text: 'select exists (select from email_domains where domain = $2 and org_id <> $1) as taken',
};

/** A row of what was given each, or the one row `known`: the subject has a user already, and nothing was written. */
export const CREATE_USER: Statement = {
  name: 'login.create-user',
  text: 'select * from create_user($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)',
};

export const LINK_IDENTITY: Statement = {
  name: 'login.link-identity',
  text: `
insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
values ($1, $2, $3, $4, $5, $6, $7)`,
};

/** No row comes back when the user is disabled, or the directory's ($12 = there is none) to decide. */
export const RECORD_LOGIN: Statement = {
  name: 'login.record',
  text: `
with identity as (
  update identities set facts = $10, last_login_at = $11
  where org_id = $1 and identity_provider = $7 and name_id_format = $8 and name_id = $9 and user_id = $2
)
update users
set status = 'active', email = $3, given_name = $4, family_name = $5, display_name = $6, deciding_identity_provider = $7,
    deciding_name_id_format = $8, deciding_name_id = $9, updated_at = $11
where org_id = $1 and user_id = $2 and status <> 'disabled'
  and ($12 or deciding_identity_provider is distinct from '@directory')
returning user_id`,
};

/** Sessions, flow records and audit events, each a JSON array. */
export const WRITE_AT_THE_END: Statement = {
  name: 'login.write-at-the-end',
  text: 'select write_at_the_end($1, $2, $3, $4) as written',
};

export const FIND_FLOW: Statement = {
  name: 'login.find-flow',
  text: `
select trace_id, kind, identity_provider, vendor, started_at, finished_at, outcome, code, must_act, user_id, steps
from flow_records
where org_id = $1 and trace_id = $2
order by finished_at desc
limit 1`,
};
