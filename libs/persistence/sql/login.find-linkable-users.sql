select u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name
from users u
where u.org_id = $1 and lower(u.email) = lower($2)
  and not exists (
    select from identities i where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider = $3)
order by u.user_id
