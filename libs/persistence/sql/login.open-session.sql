insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, session_index, opened_at,
                      expires_at, idle_seconds, idle_expires_at, announcement)
select $1::uuid, $2::bytea, $3::uuid, $4::text, $5, $6, $7, $8::timestamptz, $9::timestamptz, $10::integer,
  $11::timestamptz, $12::jsonb
where exists (
  select from identity_provider_metadata m where m.org_id = $1 and m.identity_provider = $4 and m.enabled)
returning user_id
