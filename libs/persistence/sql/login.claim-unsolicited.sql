update login_transactions
set browser_hash = coalesce(browser_hash, $3)
where org_id = $1 and handle_hash = $2 and unsolicited and expires_at > $4
returning identity_provider, browser_hash, trace_id, name_id, name_id_format
