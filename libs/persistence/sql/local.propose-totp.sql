update local_accounts set totp_secret = $3, totp_last_step = null
where org_id = $1 and user_id = $2 and totp_confirmed_at is null
returning user_id
