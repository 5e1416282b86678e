delete from logouts
where org_id = $1 and state_hash = $2
returning browser_hash, everywhere, expires_at
