select request_id, at, token_name, method, route, status, scim_type, outcome, quirks, resource_type, resource_id,
  attributes, detail, hint, milliseconds, payload
from directory_requests
where org_id = $1 and request_id = $2
