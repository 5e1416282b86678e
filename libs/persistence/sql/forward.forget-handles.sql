delete from forward_sessions
where org_id = $1 and session_token_hash = $2 and (handle_expires_at <= $3 or token_hash in (
  select f.token_hash from forward_sessions f
  where f.org_id = $1 and f.session_token_hash = $2 and f.flow_hash is not null
  order by f.created_at desc, f.token_hash offset 20))
