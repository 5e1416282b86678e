import type { Statement } from '../sql.ts';

export const LIVE_PLATFORM: Statement = {
  name: 'platform.live',
  text: `
select number, collection, document, digest, applied_at,
  case when moved_to is null then origin else origin || jsonb_build_object('file', moved_to) end as origin
from platform_revisions
order by number desc
limit 1`,
};

export const MOVE_PLATFORM: Statement = {
  name: 'platform.move',
  text: 'update platform_revisions set moved_to = $1 where number = (select max(number) from platform_revisions)',
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
