select user_id, status, email, given_name, family_name, display_name
from users
where org_id = $1 and user_id = any($2::uuid[]) and status <> 'disabled'
order by lower(email), user_id
