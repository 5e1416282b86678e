select directory_hold($1, $2, 'last_sso_admin', $3, $4, $5) as hold_id
