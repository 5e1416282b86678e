select announcement
from sessions
where org_id = $1 and token_hash = $2 and expires_at > $3 and idle_expires_at > $3
