select * from replace_grants($1, $2, $3, $4, $5, $6)
