select forward_check($1, $2, $3, $4) as session
