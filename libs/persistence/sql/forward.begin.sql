insert into forward_sessions (org_id, token_hash, session_token_hash, origin, flow_hash, created_at, handle_expires_at)
select $1, $3, s.token_hash, $4, $5, $6, $7
from (select token_hash from sessions where org_id = $1 and token_hash = $2 for key share) s
returning true as begun
