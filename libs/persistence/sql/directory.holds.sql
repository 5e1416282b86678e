select hold_id, reason, user_id, at, released_at, released_by
from directory_holds
where org_id = $1
order by at desc, hold_id
limit 100
