select s.user_id, s.identity_provider, s.name_id_format, s.name_id, s.session_index, s.expires_at, s.announcement
from sessions s
join users u on u.org_id = s.org_id and u.user_id = s.user_id and u.status = 'active'
where s.org_id = $1 and s.token_hash = $2 and s.expires_at > $3 and s.idle_expires_at > $3
for update of s
