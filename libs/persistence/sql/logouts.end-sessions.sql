delete from sessions
where org_id = $1 and identity_provider = $2
  and (($3::text is not null and name_id = $3 and ($4::text is null or name_id_format = $4)
        and (cardinality($5::text[]) = 0 or session_index is null or session_index = any($5)))
       or ($3::text is null and session_index = any($5)))
returning token_hash, user_id, identity_provider, name_id_format, name_id, session_index
