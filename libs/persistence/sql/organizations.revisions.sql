select number, digest, origin, applied_at
from revisions
where org_id = $1 and number < $2
order by number desc
limit $3
