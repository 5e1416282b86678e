select session_check($1, $2, $3) as session
