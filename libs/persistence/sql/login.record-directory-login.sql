select record_directory_login($1, $2, $3, $4, $5, $6, $7) as recorded
