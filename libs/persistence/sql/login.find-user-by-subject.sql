select u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name,
  case when d.user_id is not null then jsonb_build_object('by', u.deciding_identity_provider, 'facts', (
    select f.facts from identities f
    where f.org_id = $1 and f.identity_provider = u.deciding_identity_provider
      and f.name_id_format = u.deciding_name_id_format and f.name_id = u.deciding_name_id)) end as directory
from identities i
join users u on u.org_id = i.org_id and u.user_id = i.user_id
left join directory_users d on d.org_id = $1 and d.user_id = u.user_id
where i.org_id = $1 and i.identity_provider = $2 and i.name_id_format = $3 and i.name_id = $4
