insert into pending_sign_ins (org_id, handle_hash, browser_hash, user_id, password_changed_at, tries, trace_id, return_to,
  started_at, expires_at)
values ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)
