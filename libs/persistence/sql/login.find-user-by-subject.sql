select u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name
from identities i
join users u on u.org_id = i.org_id and u.user_id = i.user_id
where i.org_id = $1 and i.identity_provider = $2 and i.name_id_format = $3 and i.name_id = $4
