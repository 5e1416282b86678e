import type { Statement } from '../sql.ts';

export const BEGIN_LOGOUT: Statement = {
  name: 'logouts.begin',
  text: `
insert into logouts (org_id, request_id, identity_provider, browser_hash, state_hash, expires_at)
values ($1, $2, $3, $4, $5, $6)`,
};

/** Once: an answer that comes again finds a state already. */
export const ANSWER_LOGOUT: Statement = {
  name: 'logouts.answer',
  text: `
update logouts set state_hash = $5, everywhere = $4
where org_id = $1 and request_id = $2 and identity_provider = $3 and state_hash is null and expires_at > $6
returning request_id`,
};

export const TAKE_LOGOUT: Statement = {
  name: 'logouts.take',
  text: `
delete from logouts
where org_id = $1 and state_hash = $2
returning browser_hash, everywhere, expires_at`,
};

/** No row comes back when the message came before. */
export const USE_LOGOUT_MESSAGE: Statement = {
  name: 'logouts.use-message',
  text: `
insert into used_assertions (org_id, identity_provider, assertion_id, replayable_until)
values ($1, $2, 'logout:' || $3, $4)
on conflict do nothing
returning assertion_id`,
};

/** Of a subject, with a format or whatever its format, or of whoever has a session index. */
export const END_IDP_SESSIONS: Statement = {
  name: 'logouts.end-sessions',
  text: `
delete from sessions
where org_id = $1 and identity_provider = $2
  and (($3::text is not null and name_id = $3 and ($4::text is null or name_id_format = $4)
        and (cardinality($5::text[]) = 0 or session_index is null or session_index = any($5)))
       or ($3::text is null and session_index = any($5)))
returning token_hash, user_id, identity_provider, name_id_format, name_id, session_index`,
};
