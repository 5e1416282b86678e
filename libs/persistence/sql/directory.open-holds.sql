select count(*)::integer as holds from directory_holds where org_id = $1 and released_at is null and at > $2
