delete from sessions
where org_id = $1 and ($2::bytea is null or token_hash = $2) and ($3::uuid is null or user_id = $3)
returning token_hash, user_id, identity_provider, name_id_format, name_id, session_index
