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

/** Keeps whoever gives tokens by that revision waiting, and waits for them. */
export const HOLD_PLATFORM: Statement = {
  name: 'platform.hold',
  text: 'select from platform_revisions where number = (select max(number) from platform_revisions) for update',
};

/** Waits while an apply takes back what revision $1 gives. */
export const GIVE_BY_PLATFORM: Statement = {
  name: 'platform.give-by',
  text: 'select from platform_revisions where number = $1 for share',
};

export const ALIVE_WORKLOAD_TOKENS: Statement = {
  name: 'platform.alive-workload-tokens',
  text: `
select id, rights, organizations, workload from api_tokens
where workload is not null and revoked_at is null and expires_at > $1
order by id`,
};

export const END_WORKLOAD_TOKENS: Statement = {
  name: 'platform.end-workload-tokens',
  text: 'update api_tokens set revoked_at = $2 where id = any($1) and workload is not null and revoked_at is null',
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
