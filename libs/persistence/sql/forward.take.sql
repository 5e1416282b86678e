update forward_sessions f
set token_hash = $5, flow_hash = null, handle_expires_at = null, created_at = $6
from sessions s
where f.org_id = $1 and f.token_hash = $2 and f.flow_hash = $3 and f.origin = $4 and f.handle_expires_at > $6
  and s.org_id = f.org_id and s.token_hash = f.session_token_hash
  and exists (select from forward_origins o where o.origin = $4 and o.org_id = $1)
returning s.expires_at, f.session_token_hash
