select trace_id, kind, identity_provider, vendor, started_at, finished_at, outcome, code, must_act, user_id
from flow_records
where org_id = $1 and (finished_at, trace_id) < ($2::timestamptz, $3::text) and ($4::text is null or outcome = $4)
order by finished_at desc, trace_id desc
limit $5
