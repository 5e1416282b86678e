import type { Statement } from '../sql.ts';

export const FIND_USER: Statement = {
  name: 'users.find',
  text: `
select u.user_id as "userId", u.status, u.email, u.given_name as "givenName", u.family_name as "familyName",
  u.display_name as "displayName", u.created_at as "createdAt", u.updated_at as "updatedAt", u.stopped_at as "stoppedAt",
  exists (select from directory_users d where d.org_id = $1 and d.user_id = u.user_id) as managed,
  (select count(*)::integer from sessions s
     where s.org_id = $1 and s.user_id = u.user_id and s.expires_at > $3 and s.idle_expires_at > $3) as sessions
from users u where u.org_id = $1 and u.user_id = $2`,
};

export const IDENTITIES_OF_USER: Statement = {
  name: 'users.identities',
  text: `
select identity_provider as "identityProvider", last_login_at as "lastLoginAt" from identities
where org_id = $1 and user_id = $2 order by identity_provider, last_login_at desc`,
};

export const GRANTS_OF_USER: Statement = {
  name: 'users.grants',
  text: `
select scope, role, sources, revision, granted_at as since from grants
where org_id = $1 and user_id = $2 order by scope, role`,
};

export const GROUPS_OF_USER: Statement = {
  name: 'users.groups',
  text: `
select group_name as "group", sources, revision, joined_at as since from memberships
where org_id = $1 and user_id = $2 order by group_name`,
};

export const SESSIONS_OF_USER: Statement = {
  name: 'users.sessions',
  text: `
select substring(encode(s.token_hash, 'hex') for 16) as id, s.identity_provider as "identityProvider", s.browser,
  s.opened_at as "openedAt", s.idle_expires_at - make_interval(secs => s.idle_seconds) as "lastSeenAt",
  least(s.expires_at, s.idle_expires_at) as "expiresAt"
from sessions s
where s.org_id = $1 and s.user_id = $2 and s.expires_at > $3 and s.idle_expires_at > $3
order by s.opened_at desc limit 1000`,
};

/** What was so at the moment and ended after it, else what is held and was so then. */
export const HELD_AT: Statement = {
  name: 'users.held-at',
  text: `
select distinct on (h.scope, h.role) h.scope, h.role, h.sources, h.revision, h.since, h.until
from (
  select scope, role, sources, revision, granted_at as since, ended_at as until
  from grant_history where org_id = $1 and user_id = $2 and coalesce(valid_from, granted_at) <= $3 and ended_at > $3
  union all
  select scope, role, sources, revision, granted_at, null
  from grants where org_id = $1 and user_id = $2 and coalesce(valid_from, granted_at) <= $3) h
order by h.scope, h.role, h.until nulls last`,
};

export const RECEIPTS_OF_USER: Statement = {
  name: 'users.receipts',
  text: 'select * from offboarding_receipts where org_id = $1 and user_id = $2 order by at desc, receipt_id desc limit 100',
};

export const RECEIPT: Statement = {
  name: 'users.receipt',
  text: 'select * from offboarding_receipts where org_id = $1 and receipt_id = $2',
};
