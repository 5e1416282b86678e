with codes as (
  delete from recovery_codes where org_id = $1 and user_id = $2
)
update local_accounts set totp_secret = null, totp_confirmed_at = null, totp_last_step = null
where org_id = $1 and user_id = $2 and totp_secret is not null
returning user_id
