with present as (
  select u.user_id from users u, sessions s
  where u.org_id = $1 and u.user_id = $2 and u.status = 'active'
    and s.org_id = $1 and s.token_hash = $8 and s.user_id = u.user_id and s.expires_at > $7 and s.idle_expires_at > $7
    and (s.identity_provider = '@password' or exists (
      select from identity_provider_metadata m
      where m.org_id = $1 and m.identity_provider = s.identity_provider and m.enabled))
), linked as (
  insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
  select $1, user_id, $3, $4, $5, $6, $7 from present
  where not exists (select from identities where org_id = $1 and user_id = $2 and identity_provider = $3)
  on conflict do nothing
  returning user_id
)
select exists (select from present) as present, exists (select from linked) as linked
