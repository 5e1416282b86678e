import type { Statement } from '../sql.ts';

export const LIVE_PLATFORM: Statement = {
  name: 'platform.live',
  text: `
select number, collection, document, digest, origin, applied_at
from platform_revisions
order by number desc
limit 1`,
};

/** No row comes back when the number is taken: somebody applied in between. */
export const ADD_PLATFORM_REVISION: Statement = {
  name: 'platform.add-revision',
  text: `
insert into platform_revisions (number, collection, document, digest, origin, applied_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (number) do nothing
returning number`,
};
