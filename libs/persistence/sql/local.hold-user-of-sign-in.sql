select from users u
where u.org_id = $1 and u.user_id = (select k.user_id from pending_sign_ins k where k.org_id = $1 and k.handle_hash = $2)
for no key update
