select local_record_login($1, $2, $3, $4, $5, $6) as recorded
