select * from directory_group($1, $2, $3)
