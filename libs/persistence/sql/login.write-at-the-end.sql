select write_at_the_end($1, $2, $3, $4) as written
