select users, active_users, groups from directories where org_id = $1
