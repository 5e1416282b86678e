select (array_agg(org_id))[1] as org_id from openid_issuers where issuer = $1 having count(*) = 1
