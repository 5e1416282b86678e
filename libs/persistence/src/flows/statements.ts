import type { Statement } from '../sql.ts';

/** Every outcome, or one; walks `flow_records_finished` backwards. */
export const LIST_FLOWS: Statement = {
  name: 'flows.list',
  text: `
select trace_id, kind, identity_provider, vendor, started_at, finished_at, outcome, code, must_act, user_id
from flow_records
where org_id = $1 and (finished_at, trace_id) < ($2::timestamptz, $3::text) and ($4::text is null or outcome = $4)
order by finished_at desc, trace_id desc
limit $5`,
};

/** Refused ones, with every code or one: names the outcome, so that its own index serves and good logins are never read. */
export const LIST_REFUSED_FLOWS: Statement = {
  name: 'flows.list-refused',
  text: `
select trace_id, kind, identity_provider, vendor, started_at, finished_at, outcome, code, must_act, user_id
from flow_records
where org_id = $1 and outcome = 'refused' and (finished_at, trace_id) < ($2::timestamptz, $3::text)
  and ($4::text is null or code = $4)
order by finished_at desc, trace_id desc
limit $5`,
};
