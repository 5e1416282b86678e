select name, count(*)::integer as tokens
from directory_tokens
where org_id = $1 and name = any($2::text[]) and revoked_at is null and expires_at > $3
group by name
order by name collate "C"
