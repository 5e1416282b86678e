select s.user_id, s.opened_at,
  coalesce((
    select json_agg(json_build_object('identityProvider', i.identity_provider, 'email', i.facts -> 'email') order by
                    i.identity_provider, i.last_login_at desc)
    from identities i
    where i.org_id = $1 and i.user_id = s.user_id and i.identity_provider <> '@directory'), '[]') as identities
from sessions s
join users u on u.org_id = $1 and u.user_id = s.user_id and u.status = 'active'
where s.org_id = $1 and s.token_hash = $2 and s.expires_at > $3 and s.idle_expires_at > $3
