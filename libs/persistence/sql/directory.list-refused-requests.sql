select request_id, at, token_name, method, route, status, scim_type, outcome, quirks, resource_type, resource_id,
  attributes, detail, hint, milliseconds
from directory_requests
where org_id = $1 and outcome in ('refused', 'failed')
  and (at, request_id) < ($2::timestamptz, $3::text) and at >= $4::timestamptz
  and ($5::text[] is null or outcome = any($5))
  and ($6::integer is null or status / 100 = $6)
  and ($7::text is null or token_name = $7)
  and ($8::text is null or $8 = any(quirks))
order by at desc, request_id desc
limit $9
