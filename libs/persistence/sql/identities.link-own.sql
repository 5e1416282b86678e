with present as (
  select user_id from users where org_id = $1 and user_id = $2 and status = 'active' for update
)
insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
select $1, user_id, $3, $4, $5, $6, $7 from present
where not exists (select from identities where org_id = $1 and user_id = $2 and identity_provider = $3)
on conflict do nothing
returning user_id
