insert into recovery_codes (org_id, user_id, code_hash)
select $1, $2, unnest($3::bytea[])
