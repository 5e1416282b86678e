update local_accounts set totp_last_step = $3
where org_id = $1 and user_id = $2 and totp_confirmed_at is not null and (totp_last_step is null or totp_last_step < $3)
returning user_id
