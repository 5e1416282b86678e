delete from sessions
where org_id = $1 and ($2::bytea is null or token_hash = $2) and ($3::uuid is null or user_id = $3)
returning user_id
