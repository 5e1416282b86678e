insert into logouts (org_id, request_id, identity_provider, browser_hash, state_hash, everywhere, expires_at)
values ($1, $2, $3, $4, $5, case when $5::bytea is null then null else true end, $6)
