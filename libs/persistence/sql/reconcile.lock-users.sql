select from users
where org_id = $1 and user_id > $2
order by user_id
limit $3
for no key update
