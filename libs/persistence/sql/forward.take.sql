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
returning h.good, h.expires_at, h.user_id, h.application, f.session_token_hash
