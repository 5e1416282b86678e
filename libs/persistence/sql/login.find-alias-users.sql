select u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name
from users u
where u.org_id = $1 and lower(u.email) like $2 and u.status <> 'disabled'
  and not exists (
    select from identities i
    where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider = $3
      and not (i.name_id = $4 and i.name_id_format = $5 || u.user_id::text))
order by lower(u.email), u.user_id
limit 20
