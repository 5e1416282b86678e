select token_id, name, created_at, created_by, rotate_at, expires_at, last_used_at, revoked_at
from directory_tokens
where org_id = $1
order by created_at desc, token_id desc
limit 200
