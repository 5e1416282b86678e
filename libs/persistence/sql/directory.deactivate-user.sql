select directory_deactivate_user($1, $2, $3, $4, $5, $6) as result
