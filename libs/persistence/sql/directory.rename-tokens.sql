update directory_tokens set name = $3 where org_id = $1 and name = $2
