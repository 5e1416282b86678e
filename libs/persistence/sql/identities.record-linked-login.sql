with present as materialized (
  select user_id from users where org_id = $1 and user_id = $2 and status <> 'disabled' for no key update
)
update identities i set facts = $6, last_login_at = $7
from present p
where i.org_id = $1 and i.user_id = p.user_id and i.identity_provider = $3 and i.name_id_format = $4 and i.name_id = $5
returning i.user_id
