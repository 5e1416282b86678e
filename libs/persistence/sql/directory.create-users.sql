select outcome, user_id, attribute from directory_create_users($1, $2, $3) order by "position"
