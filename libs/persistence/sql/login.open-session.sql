insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, session_index, opened_at,
                      expires_at, idle_seconds, idle_expires_at, announcement)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
