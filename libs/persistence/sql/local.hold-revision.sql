select org_id from organizations where org_id = $1 and revision = $2 for share
