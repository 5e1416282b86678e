select from sessions
where org_id = $1 and token_hash = (
  select f.session_token_hash from forward_sessions f where f.org_id = $1 and f.token_hash = $2 and f.flow_hash is not null)
for key share
