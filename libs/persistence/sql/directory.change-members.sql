select directory_change_members($1, $2, $3, $4, $5, $6, $7, $8) as result
