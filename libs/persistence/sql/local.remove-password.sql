with links as (
  delete from one_time_links where org_id = $1 and user_id = $2
), pending as (
  delete from pending_sign_ins where org_id = $1 and user_id = $2
)
update local_accounts set password_hash = null
where org_id = $1 and user_id = $2 and password_hash is not null
returning user_id
