select * from directory_replace_users($1, $2, $3) as result
