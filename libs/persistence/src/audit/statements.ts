import type { Statement } from '../sql.ts';
import { AUDIT_COLUMNS } from './columns.ts';

export const APPEND_AUDIT: Statement = {
  name: 'audit.append',
  text: 'select audit_append($1, $2)',
};

export const READ_AUDIT: Statement = {
  name: 'audit.read',
  text: `
select ${AUDIT_COLUMNS}
from audit_events
where org_id = $1 and seq > $2
order by seq
limit $3`,
};
