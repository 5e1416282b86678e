select * from directory_user($1, $2)
