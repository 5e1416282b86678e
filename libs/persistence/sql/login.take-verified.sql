delete from login_transactions
where org_id = $1 and handle_hash = $2 and unsolicited = $3
returning identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at, name_id, name_id_format,
  session_index, session_not_on_or_after, facts
