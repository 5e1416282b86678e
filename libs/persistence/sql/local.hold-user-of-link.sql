select from users u
where u.org_id = $1 and u.user_id = (select k.user_id from one_time_links k where k.org_id = $1 and k.token_hash = $2)
for no key update
