select * from directory_deactivate_users($1, $2, $3, $4) as result
