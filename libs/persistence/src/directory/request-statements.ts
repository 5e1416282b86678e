import type { Statement } from '../sql.ts';

export const APPEND_REQUESTS: Statement = {
  name: 'directory.append-requests',
  text: 'select directory_append_requests($1)',
};

const COLUMNS = `request_id, at, token_name, method, route, status, scim_type, outcome, quirks, resource_type, resource_id,
  attributes, detail, hint, milliseconds`;

const PAGE = `
  and (at, request_id) < ($2::timestamptz, $3::text) and at >= $4::timestamptz
  and ($5::text[] is null or outcome = any($5))
  and ($6::integer is null or status / 100 = $6)
  and ($7::text is null or token_name = $7)
  and ($8::text is null or $8 = any(quirks))
order by at desc, request_id desc
limit $9`;

/** Of any outcome, or of some; walks the primary key backwards. */
export const LIST_REQUESTS: Statement = {
  name: 'directory.list-requests',
  text: `select ${COLUMNS}\nfrom directory_requests\nwhere org_id = $1${PAGE}`,
};

/** Refused and failed ones: names the outcomes, so that their own index serves and good requests are never read. */
export const LIST_REFUSED_REQUESTS: Statement = {
  name: 'directory.list-refused-requests',
  text: `select ${COLUMNS}\nfrom directory_requests\nwhere org_id = $1 and outcome in ('refused', 'failed')${PAGE}`,
};

/** Of one user or group. */
export const LIST_REQUESTS_OF_RESOURCE: Statement = {
  name: 'directory.list-requests-of-resource',
  text: `select ${COLUMNS}\nfrom directory_requests\nwhere org_id = $1 and resource_id = $10${PAGE}`,
};

export const FIND_REQUEST: Statement = {
  name: 'directory.find-request',
  text: `select ${COLUMNS}, payload\nfrom directory_requests\nwhere org_id = $1 and request_id = $2`,
};

export const PURGE_REQUESTS: Statement = {
  name: 'purge.directory-requests',
  text: 'select purge_directory_requests($1, $2)::integer as requests',
};
