select end_unproved_access($1, $2, $3) as ended
