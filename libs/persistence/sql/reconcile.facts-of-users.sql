select u.user_id, u.status = 'active' as active, i.identity_provider, i.facts,
  (select string_agg(g.scope || E'\t' || g.role || case when is_edited(g.sources) then E'\tedited' else '' end,
            E'\n' order by g.scope collate "C", g.role collate "C")
     from grants g where g.org_id = $1 and g.user_id = u.user_id) as grants,
  (select string_agg(m.group_name, E'\n' order by m.group_name collate "C")
     from memberships m where m.org_id = $1 and m.user_id = u.user_id) as groups
from (select * from users where org_id = $1 and user_id > $2 order by user_id limit $3) u
left join lateral (
  select i.identity_provider, i.facts from identities i
  where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider = u.deciding_identity_provider
    and i.name_id_format = u.deciding_name_id_format and i.name_id = u.deciding_name_id
  offset 0
) i on true
order by u.user_id
