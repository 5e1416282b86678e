select seq, type, at, actor_kind, actor_id, subject, data, trace_id, encode(digest, 'hex') as digest,
       encode(hash, 'hex') as hash, encode(origin, 'hex') as origin,
       (select jsonb_build_object('address', host(o.address), 'salt', encode(o.salt, 'hex')) from audit_origins o
        where o.org_id = audit_events.org_id and o.digest = audit_events.origin) as client
from audit_events
where org_id = $1 and seq > $2
order by seq
limit $3
