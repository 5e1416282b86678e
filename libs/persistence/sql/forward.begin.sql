with over as (
  delete from forward_sessions where org_id = $1 and session_token_hash = $2 and handle_expires_at <= $6
), session as (
  select from sessions where org_id = $1 and token_hash = $2 for key share
)
insert into forward_sessions (org_id, token_hash, session_token_hash, origin, flow_hash, created_at, handle_expires_at)
select $1, $3, $2, $4, $5, $6, $7 from session
returning true as begun
