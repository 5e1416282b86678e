select u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name,
  case when d.user_id is not null then jsonb_build_object('by', u.deciding_identity_provider, 'facts', (
    select f.facts from identities f
    where f.org_id = $1 and f.identity_provider = u.deciding_identity_provider
      and f.name_id_format = u.deciding_name_id_format and f.name_id = u.deciding_name_id)) end as directory
from users u
left join directory_users d on d.org_id = $1 and d.user_id = u.user_id
where u.org_id = $1 and u.email_key = lower($2)
  and not exists (
    select from identities i where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider = $3)
order by u.user_id
