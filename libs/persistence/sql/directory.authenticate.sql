select directory_authenticate($1, $2, $3) as token
