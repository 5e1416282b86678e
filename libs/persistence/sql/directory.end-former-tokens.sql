update directory_tokens set expires_at = least(expires_at, $4::timestamptz)
where org_id = $1 and name = $2 and revoked_at is null and expires_at > $3::timestamptz
