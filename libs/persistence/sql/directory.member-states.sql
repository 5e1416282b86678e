select directory_member_states($1, $2, $3, $4) as states
