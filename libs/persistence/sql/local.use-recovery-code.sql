delete from recovery_codes where org_id = $1 and user_id = $2 and code_hash = $3
returning user_id
