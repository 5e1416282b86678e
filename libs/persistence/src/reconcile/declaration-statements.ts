import type { Statement } from '../sql.ts';

export const DECLARATION: Statement = {
  name: 'reconcile.declaration',
  text: `
select coalesce(d.document, r.document) as document, coalesce(d.origin, r.origin) as origin
from organization_registry o
join revisions r on r.org_id = o.org_id and r.number = o.applied_revision
left join declarations d on d.org_id = o.org_id
where o.org_id = $1 and o.collection is not null`,
};

/** The document is kept only where it is not the one that is live. */
export const DECLARE: Statement = {
  name: 'reconcile.declare',
  text: `
with declared as (
  update organization_registry
  set applied_revision = revision, applied_digest = $2, drifts_at = $5::timestamptz, unmanaged = $6
  where org_id = $1
  returning org_id, digest = $2 as is_live
)
insert into declarations (org_id, document, origin)
select org_id, case when is_live then null else $3::jsonb end, $4::jsonb from declared
on conflict (org_id) do update set document = excluded.document, origin = excluded.origin`,
};

export const DEVIATE: Statement = {
  name: 'reconcile.deviate',
  text: 'update organization_registry set drifts_at = $2, unmanaged = $3 where org_id = $1',
};

export const OVERRIDES: Statement = {
  name: 'reconcile.overrides',
  text: `
select path, set_by as by, reason, set_at as at, expires_at as expires, former, stays
from overrides where org_id = $1 order by path collate "C"`,
};

export const REPLACE_OVERRIDES: Statement = {
  name: 'reconcile.replace-overrides',
  text: `
with wanted as (
  select * from jsonb_to_recordset($2::jsonb)
    as w(path text, by text, reason text, at timestamptz, expires timestamptz, former jsonb, stays text)
), gone as (
  delete from overrides o where o.org_id = $1 and not exists (select from wanted w where w.path = o.path)
)
insert into overrides (org_id, path, set_by, reason, set_at, expires_at, former, stays)
select $1::uuid, path, by, reason, at, expires, former, stays from wanted
on conflict (org_id, path) do update
set set_by = excluded.set_by, reason = excluded.reason, set_at = excluded.set_at, expires_at = excluded.expires_at,
  former = excluded.former, stays = excluded.stays`,
};
