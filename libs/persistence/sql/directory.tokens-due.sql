select organization, name, rotate_at, expires_at from directory_tokens_due($1, $2)
