insert into one_time_links as l (org_id, token_hash, purpose, user_id, address_key, about, created_by, created_at, expires_at,
  printed)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (org_id, purpose, (coalesce(user_id::text, address_key))) do update
set token_hash = excluded.token_hash, address_key = excluded.address_key, about = excluded.about,
  created_by = excluded.created_by, created_at = excluded.created_at, expires_at = excluded.expires_at,
  printed = excluded.printed returning l.expires_at
