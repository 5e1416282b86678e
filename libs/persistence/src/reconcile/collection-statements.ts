import type { Statement } from '../sql.ts';

export const READ_COLLECTION: Statement = {
  name: 'reconcile.read-collection',
  text: `
select (select generation from collections where name = $1) as generation,
  (select root_digest from collections where name = $1) as root_digest,
  (select count(*)::integer from organization_registry
   where collection = $1 and (drifts_at is not null or unmanaged > 0)) as deviating`,
};

/** Makes the row when there is none, and locks it: applies to one collection run one after the other. */
export const LOCK_COLLECTION: Statement = {
  name: 'reconcile.lock-collection',
  text: `
insert into collections (name) values ($1)
on conflict (name) do update set name = excluded.name
returning generation, root_digest,
  (select count(*)::integer from organization_registry
   where collection = $1 and (drifts_at is not null or unmanaged > 0)) as deviating`,
};

/** $2 = patterns of LIKE. */
export const REACHES_BEYOND: Statement = {
  name: 'reconcile.reaches-beyond',
  text: `
select exists (
  select from organization_registry where collection = $1 and not name like any ($2)
) or exists (
  select from collection_files f, unnest(f.organizations) as named (name)
  where f.collection = $1 and not named.name like any ($2)
) or coalesce(
  (select collection = $1 from platform_revisions order by number desc limit 1), false
) as beyond`,
};

export const FILE_DIGESTS: Statement = {
  name: 'reconcile.file-digests',
  text: 'select path, digest, organizations from collection_files where collection = $1 order by path',
};

export const REPLACE_FILE_DIGESTS: Statement = {
  name: 'reconcile.replace-file-digests',
  text: `
with wanted as (
  select * from jsonb_to_recordset($2::jsonb) as w(path text, digest text, organizations text[])
), gone as (
  delete from collection_files f
  where f.collection = $1 and not exists (select from wanted w where w.path = f.path)
)
insert into collection_files (collection, path, digest, organizations)
select $1, path, digest, organizations from wanted
on conflict (collection, path) do update
set digest = excluded.digest, organizations = excluded.organizations
where (collection_files.digest, collection_files.organizations) is distinct from (excluded.digest, excluded.organizations)`,
};

export const SAVE_COLLECTION: Statement = {
  name: 'reconcile.save-collection',
  text: `
insert into collections (name, generation, root_digest) values ($1, $2, $3)
on conflict (name) do update set generation = collections.generation + excluded.generation, root_digest = excluded.root_digest`,
};

export const COMPARE_FILES: Statement = {
  name: 'reconcile.compare-files',
  text: `
with sent as (
  select * from jsonb_to_recordset($2::jsonb) as s(path text, digest text)
)
select 'changed' as state, s.path from sent s
where not exists (select from collection_files f where f.collection = $1 and f.path = s.path and f.digest = s.digest)
  or exists (
    select from collection_files f
    join organization_registry o on o.name = any(f.organizations)
    where f.collection = $1 and f.path = s.path and o.collection = $1 and (o.drifts_at is not null or o.unmanaged > 0))
union all
select 'removed', f.path from collection_files f
where f.collection = $1 and not exists (select from sent s where s.path = f.path)
order by 1, 2`,
};
