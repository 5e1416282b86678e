delete from one_time_links where org_id = $1 and user_id = $2 returning user_id
