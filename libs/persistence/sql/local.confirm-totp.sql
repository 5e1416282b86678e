update local_accounts set totp_confirmed_at = $4, totp_last_step = $3
where org_id = $1 and user_id = $2 and totp_secret is not null and totp_confirmed_at is null
returning user_id
