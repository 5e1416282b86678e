insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
values ($1, $2, $3, $4, $5, $6, $7)
