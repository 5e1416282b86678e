insert into logouts (org_id, request_id, identity_provider, browser_hash, state_hash, expires_at)
values ($1, $2, $3, $4, $5, $6)
