select directory_adopt_user($1, $2, $3, $4, $5, $6) as adopted
