import type { Statement } from '../sql.ts';

export const HEADS: Statement = {
  name: 'reconcile.heads',
  text: `
select org_id, name, collection, revision, digest, deletion_policy, applied_digest, drifts_at, unmanaged
from organization_registry
where collection = $1 or name = any($2)
order by name`,
};

export const LOCK_HEADS: Statement = { name: 'reconcile.lock-heads', text: `${HEADS.text}\nfor update` };

/** No row comes back when the name belongs to another organization, or still routes to it. */
export const CREATE_ORGANIZATION: Statement = {
  name: 'reconcile.create-organization',
  text: `
with registered as (
  insert into organization_registry
    (name, org_id, collection, revision, digest, deletion_policy, applied_revision, applied_digest)
  select $2, $1, $3, 1, $5, $6, 1, $5
  where not exists (select from organization_previous_names p where p.name = $2)
  on conflict (name) do nothing
  returning org_id
), organization as (
  insert into organizations (org_id, name, revision, created_at)
  select org_id, $2, 1, $8::timestamptz from registered
)
insert into revisions (org_id, number, document, digest, origin, applied_at)
select org_id, 1, $4::jsonb, $5, $7::jsonb, $8::timestamptz from registered
returning org_id`,
};

/** Compare-and-swap: no row comes back when the live revision is not $2. */
export const ADD_REVISION: Statement = {
  name: 'reconcile.add-revision',
  text: `
with moved as (
  update organizations set revision = $2::integer + 1
  where org_id = $1 and revision = $2::integer
  returning org_id, revision
), added as (
  insert into revisions (org_id, number, document, digest, origin, applied_at)
  select org_id, revision, $3::jsonb, $4, $6::jsonb, $7::timestamptz from moved
)
update organization_registry r
set revision = moved.revision, digest = $4, deletion_policy = $5
from moved
where r.org_id = moved.org_id
returning r.org_id, r.name, r.collection, r.revision, r.digest, r.deletion_policy, r.applied_digest, r.drifts_at,
  r.unmanaged`,
};

/** No row comes back when the name belongs to another organization, or still routes to it. */
export const RENAME_ORGANIZATION: Statement = {
  name: 'reconcile.rename-organization',
  text: `
with renamed as (
  update organization_registry set name = $2
  where org_id = $1
    and not exists (select from organization_registry r where r.name = $2 and r.org_id <> $1)
    and not exists (select from organization_previous_names p where p.name = $2 and p.org_id <> $1)
  returning org_id
)
update organizations o set name = $2
from renamed
where o.org_id = renamed.org_id
returning o.org_id`,
};

export const RELEASE_ORGANIZATION: Statement = {
  name: 'reconcile.release-organization',
  text: `
with declared as (
  delete from declarations where org_id = $1
), overridden as (
  delete from overrides where org_id = $1
)
update organization_registry
set collection = null, applied_revision = null, applied_digest = null, drifts_at = null, unmanaged = 0
where org_id = $1`,
};

export const ADOPT_ORGANIZATION: Statement = {
  name: 'reconcile.adopt-organization',
  text: 'update organization_registry set collection = $2 where org_id = $1 and collection is null returning org_id',
};

export const DELETE_ORGANIZATION: Statement = {
  name: 'reconcile.delete-organization',
  text: 'select delete_organization($1)',
};
