update identities set facts = $6, last_login_at = $7
where org_id = $1 and user_id = $2 and identity_provider = $3 and name_id_format = $4 and name_id = $5
