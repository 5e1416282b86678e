update directory_holds set released_at = $3, released_by = $4
where org_id = $1 and hold_id = $2 and released_at is null
returning reason
