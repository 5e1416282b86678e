select number, digest, origin, applied_at, document from revisions where org_id = $1 and number = $2
