import type { Statement } from '../sql.ts';

export const CHECK_FORWARD: Statement = {
  name: 'forward.check',
  text: 'select forward_check($1, $2, $3, $4) as session',
};

/** By the session's own token. */
export const CHECK_AT_ORIGIN: Statement = {
  name: 'forward.check-session',
  text: `
select session_check($1, $2, $4) as session
where exists (select from forward_origins o where o.origin = $3 and o.org_id = $1)`,
};

/** Two organizations are enough to know that there is not one. */
export const ORIGIN_USES: Statement = {
  name: 'forward.origin-uses',
  text: `
select array(select o.org_id from forward_origins o where o.origin = $1 limit 2)::text[] as organizations,
  (select o.application from forward_origins o where o.origin = $1 and o.org_id = $2) as application`,
};

/** With the handles of the session that nobody came for. */
export const BEGIN_HANDLE: Statement = {
  name: 'forward.begin',
  text: `
with over as (
  delete from forward_sessions where org_id = $1 and session_token_hash = $2 and handle_expires_at <= $6
), session as (
  select from sessions where org_id = $1 and token_hash = $2 for key share
)
insert into forward_sessions (org_id, token_hash, session_token_hash, origin, flow_hash, created_at, handle_expires_at)
select $1, $3, $2, $4, $5, $6, $7 from session
returning true as begun`,
};

export const TAKE_HANDLE: Statement = {
  name: 'forward.take',
  text: `
update forward_sessions f
set token_hash = $5, flow_hash = null, handle_expires_at = null, created_at = $6
from sessions s
where f.org_id = $1 and f.token_hash = $2 and f.flow_hash = $3 and f.origin = $4 and f.handle_expires_at > $6
  and s.org_id = f.org_id and s.token_hash = f.session_token_hash
  and exists (select from forward_origins o where o.origin = $4 and o.org_id = $1)
returning s.expires_at, f.session_token_hash`,
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
