select facts from identities
where org_id = $1 and identity_provider = $2 and name_id_format = $3 and name_id = $4
