select * from directory_read_users($1, $2)
