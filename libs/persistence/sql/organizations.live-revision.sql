select o.name, o.revision, o.runtime_version, r.document, r.digest, r.origin, r.applied_at
from organizations o
join revisions r on r.org_id = o.org_id and r.number = o.revision
where o.org_id = $1
