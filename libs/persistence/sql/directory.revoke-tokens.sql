update directory_tokens set revoked_at = $3
where org_id = $1 and name = any($2::text[]) and revoked_at is null and expires_at > $3
returning token_id, name
