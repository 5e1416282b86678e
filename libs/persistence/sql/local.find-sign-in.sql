select handle_hash, browser_hash, user_id, password_changed_at, tries, email_code_hash, trace_id, return_to,
  started_at, expires_at from pending_sign_ins where org_id = $1 and handle_hash = $2 and browser_hash = $3 and expires_at > $4
