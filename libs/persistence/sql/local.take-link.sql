delete from one_time_links l where l.org_id = $1 and l.token_hash = $2 and l.expires_at > $3 and (l.user_id is null or exists (
    select from users u
    where u.org_id = $1 and u.user_id = l.user_id and u.email_key = l.address_key
      and (u.status = 'invited' or u.status = 'active' and l.purpose <> 'invitation'))) and l.purpose = $4 returning l.purpose, l.user_id, l.address_key, l.about, l.created_by, l.created_at, l.expires_at, l.printed
