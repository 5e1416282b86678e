select directory_group_takes_last($1, $2, $3, $4, $5) as user_id
