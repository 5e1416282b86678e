select * from session_check($1, $2, $3)
