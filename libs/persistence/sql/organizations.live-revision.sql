select o.name, o.revision, o.runtime_version, r.document, r.digest, r.origin, r.applied_at,
  array(select e.domain from email_domains e where e.org_id = $1 order by e.domain) as email_domains
from organizations o
join revisions r on r.org_id = o.org_id and r.number = o.revision
where o.org_id = $1
