select * from directory_user_states($1, $2)
