select oidc_login_hold($1, $2, $3, $4, $5) as held
