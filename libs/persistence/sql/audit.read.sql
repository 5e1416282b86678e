select seq, type, at, actor_kind, actor_id, subject, data, trace_id, encode(digest, 'hex') as digest,
       encode(hash, 'hex') as hash
from audit_events
where org_id = $1 and seq > $2
order by seq
limit $3
