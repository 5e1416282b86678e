select from users where org_id = $1 and user_id = $2 and status = 'active' for update
