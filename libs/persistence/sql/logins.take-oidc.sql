select * from oidc_login_take($1, $2)
