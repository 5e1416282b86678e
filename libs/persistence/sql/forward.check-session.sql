select session_check($1, $2, $4) as session
where exists (select from forward_origins o where o.origin = $3 and o.org_id = $1)
