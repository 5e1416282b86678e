select directory_finish_group($1, $2, $3, $4, $5, $6) as version
