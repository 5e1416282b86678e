insert into directory_tokens (org_id, token_id, name, token_hash, created_by, created_at, rotate_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning token_id, name, created_at, created_by, rotate_at, expires_at, last_used_at, revoked_at
