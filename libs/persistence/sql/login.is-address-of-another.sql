select exists (select from users where org_id = $1 and email_key = lower($2) and user_id <> $3) as taken
