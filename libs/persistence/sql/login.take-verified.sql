with taken as (
  delete from login_transactions
  where org_id = $1 and handle_hash = $2 and unsolicited = $3
  returning identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at, name_id, name_id_format,
    session_index, session_not_on_or_after, facts
)
select t.*, u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name
from taken t
left join identities i on i.org_id = $1 and i.identity_provider = t.identity_provider
  and i.name_id_format = t.name_id_format and i.name_id = t.name_id
left join users u on u.org_id = $1 and u.user_id = i.user_id
