update logouts set state_hash = $5, everywhere = $4
where org_id = $1 and request_id = $2 and identity_provider = $3 and state_hash is null and expires_at > $6
returning request_id
