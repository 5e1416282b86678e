select o.revision, r.digest, r.document, octet_length(r.document::text) as bytes
from organizations o
join revisions r on r.org_id = o.org_id and r.number = o.revision
where o.org_id = $1
