delete from forward_sessions
where org_id = $1 and token_hash in (
  select f.token_hash from forward_sessions f
  where f.org_id = $1 and f.session_token_hash = $2 and f.origin = $3 and f.flow_hash is null
  order by f.created_at desc offset 10)
