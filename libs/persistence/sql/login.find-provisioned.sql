select u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name,
  case when d.user_id is not null then jsonb_build_object('by', u.deciding_identity_provider, 'facts', (
    select f.facts from identities f
    where f.org_id = $1 and f.identity_provider = u.deciding_identity_provider
      and f.name_id_format = u.deciding_name_id_format and f.name_id = u.deciding_name_id)) end as directory,
  d.user_name_key, d.external_id,
  array(
    select i.identity_provider from identities i
    where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider <> '@directory'
    order by i.identity_provider) as identity_providers
from (
  select user_id from directory_users where org_id = $1 and user_name_key = any($2)
  union select user_id from directory_users where org_id = $1 and external_id = $3
  union select user_id from users where org_id = $1 and email_key = lower($4)
) named
join users u on u.org_id = $1 and u.user_id = named.user_id
join directory_users d on d.org_id = $1 and d.user_id = u.user_id
order by u.user_id
limit 20
