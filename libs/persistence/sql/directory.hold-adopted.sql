select directory_hold_adopted($1, $2, $3, $4) as hold
