select u.user_id, u.status = 'active' as active, i.identity_provider, i.facts,
  (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role) order by g.scope, g.role), '[]')
     from grants g where g.org_id = $1 and g.user_id = u.user_id) as grants,
  (select coalesce(jsonb_agg(m.group_name order by m.group_name), '[]')
     from memberships m where m.org_id = $1 and m.user_id = u.user_id) as groups
from (select * from users where org_id = $1 and user_id > $2 order by user_id limit $3) u
left join identities i
  on i.org_id = u.org_id and i.identity_provider = u.deciding_identity_provider
  and i.name_id_format = u.deciding_name_id_format and i.name_id = u.deciding_name_id
order by u.user_id
