import type { Statement } from '../sql.ts';

export const CHECK_SESSION: Statement = {
  name: 'sessions.check',
  text: 'select session_check($1, $2, $3) as session',
};

export const ANNOUNCEMENT: Statement = {
  name: 'sessions.announcement',
  text: `
select announcement
from sessions
where org_id = $1 and token_hash = $2 and expires_at > $3 and idle_expires_at > $3`,
};

/** One of a user's sessions by the id that lists name it by, or (null) all but the one with the hash $4. */
export const END_OWN_SESSIONS: Statement = {
  name: 'sessions.end-own',
  text: `
delete from sessions
where org_id = $1 and user_id = $2
  and case when $3::text is null then token_hash <> $4::bytea else substring(encode(token_hash, 'hex') for 16) = $3 end
returning token_hash, user_id, identity_provider, name_id_format, name_id, session_index`,
};

/** By token hash, by user, or (both null) every session of the organization. */
export const REVOKE_SESSIONS: Statement = {
  name: 'sessions.revoke',
  text: `
delete from sessions
where org_id = $1 and ($2::bytea is null or token_hash = $2) and ($3::uuid is null or user_id = $3)
returning token_hash, user_id, identity_provider, name_id_format, name_id, session_index`,
};
