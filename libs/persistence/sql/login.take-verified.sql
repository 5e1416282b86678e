with taken as (
  delete from login_transactions
  where org_id = $1 and handle_hash = $2 and unsolicited = $3
  returning identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at, name_id, name_id_format,
    session_index, session_not_on_or_after, facts
)
select t.*, u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name,
  case when d.user_id is not null then jsonb_build_object('by', u.deciding_identity_provider, 'facts', (
    select f.facts from identities f
    where f.org_id = $1 and f.identity_provider = u.deciding_identity_provider
      and f.name_id_format = u.deciding_name_id_format and f.name_id = u.deciding_name_id)) end as directory
from taken t
left join identities i on i.org_id = $1 and i.identity_provider = t.identity_provider
  and i.name_id_format = t.name_id_format and i.name_id = t.name_id
left join users u on u.org_id = $1 and u.user_id = i.user_id
left join directory_users d on d.org_id = $1 and d.user_id = u.user_id
