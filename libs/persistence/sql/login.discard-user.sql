delete from users where org_id = $1 and user_id = $2
