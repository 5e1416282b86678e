import type { Statement } from '../sql.ts';

export const CHECK_FORWARD: Statement = {
  name: 'forward.check',
  text: 'select forward_check($1, $2, $3, $4) as session',
};

/** Two organizations are enough to know that there is not one. */
export const ORIGIN_USES: Statement = {
  name: 'forward.origin-uses',
  text: `
select array(select o.org_id from forward_origins o where o.origin = $1 limit 2)::text[] as organizations,
  (select o.application from forward_origins o where o.origin = $1 and o.org_id = $2) as application`,
};

/** Locks the session first, as whatever ends it does, and what hangs on it after. */
export const BEGIN_HANDLE: Statement = {
  name: 'forward.begin',
  text: `
insert into forward_sessions (org_id, token_hash, session_token_hash, origin, flow_hash, created_at, handle_expires_at)
select $1, $3, s.token_hash, $4, $5, $6, $7
from (select token_hash from sessions where org_id = $1 and token_hash = $2 for key share) s
returning true as begun`,
};

/** Handles that nobody came for, and all but the last of those that wait: a browser may be sent to us as often as a page likes. */
export const FORGET_HANDLES: Statement = {
  name: 'forward.forget-handles',
  text: `
delete from forward_sessions
where org_id = $1 and session_token_hash = $2 and (handle_expires_at <= $3 or token_hash in (
  select f.token_hash from forward_sessions f
  where f.org_id = $1 and f.session_token_hash = $2 and f.flow_hash is not null
  order by f.created_at desc, f.token_hash offset 20))`,
};

/** The session of a handle, locked before the handle is, as by whatever ends it. */
export const HOLD_SESSION: Statement = {
  name: 'forward.hold-session',
  text: `
select from sessions
where org_id = $1 and token_hash = (
  select f.session_token_hash from forward_sessions f where f.org_id = $1 and f.token_hash = $2 and f.flow_hash is not null)
for key share`,
};

/**
 * Whoever presents a handle uses it up: it becomes a cookie for the right browser and at its origin, and for any other one it is over. So
 * one that was made for somebody else's browser cannot be used by them after it went through this one.
 */
export const TAKE_HANDLE: Statement = {
  name: 'forward.take',
  text: `
update forward_sessions f
set token_hash = case when h.good then $5 else f.token_hash end,
  flow_hash = case when not h.good then f.flow_hash end,
  handle_expires_at = case when not h.good then $6::timestamptz end,
  created_at = $6
from (
  select w.token_hash, s.expires_at, s.user_id, o.application,
    w.flow_hash = $3 and w.origin = $4 and o.application is not null as good
  from forward_sessions w
  join sessions s on s.org_id = w.org_id and s.token_hash = w.session_token_hash
  left join forward_origins o on o.origin = w.origin and o.org_id = w.org_id
  where w.org_id = $1 and w.token_hash = $2) h
where f.org_id = $1 and f.token_hash = $2 and f.flow_hash is not null and f.handle_expires_at > $6
returning h.good, h.expires_at, h.user_id, h.application, f.session_token_hash`,
};

/** Tabs that open at once get one cookie each, and the browser keeps the last: the others live while requests under way use them. */
export const KEEP_LATEST: Statement = {
  name: 'forward.keep-latest',
  text: `
delete from forward_sessions
where org_id = $1 and token_hash in (
  select f.token_hash from forward_sessions f
  where f.org_id = $1 and f.session_token_hash = $2 and f.origin = $3 and f.flow_hash is null
  order by f.created_at desc offset 10)`,
};

export const SESSION_OF: Statement = {
  name: 'forward.session-of',
  text: `
select session_token_hash from forward_sessions
where org_id = $1 and token_hash = $2 and origin = $3 and flow_hash is null`,
};
