select trace_id, kind, identity_provider, vendor, started_at, finished_at, outcome, code, must_act, user_id, steps
from flow_records
where org_id = $1 and trace_id = $2
order by finished_at desc
limit 1
