update directory_tokens set revoked_at = $3
where org_id = $1 and token_id = $2 and revoked_at is null and expires_at > $3
returning name
