delete from sessions
where org_id = $1 and user_id = $2
  and case when $3::text is null then token_hash <> $4::bytea else substring(encode(token_hash, 'hex') for 16) = $3 end
returning token_hash, user_id, identity_provider, name_id_format, name_id, session_index
