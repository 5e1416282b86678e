select directory_replace_user($1, $2, $3, $4, $5, $6, $7) as result
