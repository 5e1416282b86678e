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

export const HEADS: Statement = {
  name: 'reconcile.heads',
  text: `
select org_id, name, collection, revision, digest, deletion_policy, applied_digest, drifts_at, unmanaged
from organization_registry
where collection = $1 or name = any($2)
order by name`,
};

export const LOCK_HEADS: Statement = { name: 'reconcile.lock-heads', text: `${HEADS.text}\nfor update` };

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

/**
 * Makes $2 (asserted) and $3 (by DNS) exactly the domains that the organization claims. A claim keeps its token, so that a
 * record may be published before `asserted` becomes `dns`; what was looked up more than a week ago proves nothing then. $4 has
 * a token for each, should it be new.
 */
export const REPLACE_CLAIMS: Statement = {
  name: 'reconcile.replace-claims',
  text: `
with wanted as (
  select w.domain, case when w.domain = any($3::text[]) then 'dns' else 'asserted' end as verification,
    ($4::text[])[w.n] as token
  from unnest($2::text[] || $3::text[]) with ordinality as w(domain, n)
), gone as (
  delete from domain_claims where org_id = $1 and domain <> all($2::text[] || $3::text[])
), unchecked as (
  delete from domain_checks where org_id = $1 and domain <> all($3::text[])
), checks as (
  insert into domain_checks (org_id, domain, due_at) select $1::uuid, d, $5::timestamptz from unnest($3::text[]) d
  on conflict do nothing
)
insert into domain_claims as c (org_id, domain, verification, token, claimed_at)
select $1::uuid, domain, verification, token, $5::timestamptz from wanted
on conflict (org_id, domain) do update
set verification = excluded.verification,
  verified_at = case when c.checked_at > $5::timestamptz - interval '7 days' then c.verified_at end
where c.verification <> excluded.verification`,
};

/**
 * Makes the asserted domains $2, those of $5 that are proved, the previous names and the issuers exactly what routes to the
 * organization. What comes back belongs to another one; an issuer may be of many, and a domain that another organization has
 * only proved may be claimed: it will be whose proof stands.
 */
export const REPLACE_ROUTES: Statement = {
  name: 'reconcile.replace-routes',
  text: `
with domains as (
  select d as domain, 'asserted' as verification from unnest($2::text[]) d
  union all
  select c.domain, 'dns' from domain_claims c
  where c.org_id = $1 and c.domain = any($5::text[]) and c.verified_at is not null
), freed_domains as (
  delete from email_domains e where e.org_id = $1 and not exists (select from domains d where d.domain = e.domain)
), freed_names as (
  delete from organization_previous_names where org_id = $1 and name <> all($3::text[])
), freed_issuers as (
  delete from openid_issuers where org_id = $1 and issuer <> all($4::text[])
), added_issuers as (
  insert into openid_issuers (issuer, org_id) select i, $1::uuid from unnest($4::text[]) i
  on conflict do nothing
), routed_domains as (
  insert into email_domains as e (domain, org_id, verification) select domain, $1::uuid, verification from domains
  on conflict (domain) do update set verification = excluded.verification where e.org_id = excluded.org_id
  returning domain
), added_names as (
  insert into organization_previous_names (name, org_id) select n, $1::uuid from unnest($3::text[]) n
  on conflict do nothing
  returning name
)
select 'domain' as kind, d.domain as value from domains d
where not exists (select from routed_domains r where r.domain = d.domain)
union all
select 'domain', d from unnest($5::text[]) d
where exists (select from email_domains e where e.domain = d and e.org_id <> $1 and e.verification = 'asserted')
union all
select 'name', n from unnest($3::text[]) n
where exists (select from organization_registry r where r.name = n and r.org_id <> $1)
  or not exists (select from organization_previous_names p where p.org_id = $1 and p.name = n)
    and not exists (select from added_names a where a.name = n)`,
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
select path, set_by as by, reason, set_at as at, expires_at as expires
from overrides where org_id = $1 order by path collate "C"`,
};

export const REPLACE_OVERRIDES: Statement = {
  name: 'reconcile.replace-overrides',
  text: `
with wanted as (
  select * from jsonb_to_recordset($2::jsonb)
    as w(path text, by text, reason text, at timestamptz, expires timestamptz)
), gone as (
  delete from overrides o where o.org_id = $1 and not exists (select from wanted w where w.path = o.path)
)
insert into overrides (org_id, path, set_by, reason, set_at, expires_at)
select $1::uuid, path, by, reason, at, expires from wanted
on conflict (org_id, path) do update
set set_by = excluded.set_by, reason = excluded.reason, set_at = excluded.set_at, expires_at = excluded.expires_at`,
};

export const ADOPT_ORGANIZATION: Statement = {
  name: 'reconcile.adopt-organization',
  text: 'update organization_registry set collection = $2 where org_id = $1 and collection is null returning org_id',
};

export const DELETE_ORGANIZATION: Statement = {
  name: 'reconcile.delete-organization',
  text: 'select delete_organization($1)',
};

export const REPLACE_IDENTITY_PROVIDERS: Statement = {
  name: 'reconcile.replace-identity-providers',
  text: `
with wanted as (
  select * from jsonb_to_recordset($2::jsonb)
    as w(identity_provider text, metadata_xml text, metadata_source text, enabled boolean)
), gone as (
  delete from identity_provider_metadata m
  where m.org_id = $1 and not exists (select from wanted w where w.identity_provider = m.identity_provider)
)
insert into identity_provider_metadata as m
  (org_id, identity_provider, metadata_xml, metadata_source, enabled)
select $1::uuid, identity_provider, metadata_xml, metadata_source, enabled from wanted
on conflict (org_id, identity_provider) do update
set enabled = excluded.enabled, metadata_source = excluded.metadata_source,
  metadata_xml = case when m.metadata_source = excluded.metadata_source then m.metadata_xml else excluded.metadata_xml end,
  held_xml = case when m.metadata_source = excluded.metadata_source then m.held_xml end,
  held_digest = case when m.metadata_source = excluded.metadata_source then m.held_digest end,
  held_code = case when m.metadata_source = excluded.metadata_source then m.held_code end,
  held_since = case when m.metadata_source = excluded.metadata_source then m.held_since end`,
};

/** What was just fetched has its first interval before it; what was kept is fetched again at once (a changed document). */
export const SCHEDULE_METADATA: Statement = {
  name: 'reconcile.schedule-metadata',
  text: `
with wanted as (
  select * from jsonb_to_recordset($2::jsonb)
    as w(identity_provider text, refresh_seconds integer, certificates_expire_at timestamptz,
      metadata_valid_until timestamptz, kept boolean)
), gone as (
  delete from metadata_refreshes r
  where r.org_id = $1 and not exists (select from wanted w where w.identity_provider = r.identity_provider)
), kept as (
  update metadata_refreshes r set refresh_seconds = w.refresh_seconds, due_at = least(r.due_at, $3::timestamptz)
  from wanted w
  where r.org_id = $1 and r.identity_provider = w.identity_provider and w.kept
)
insert into metadata_refreshes
  (org_id, identity_provider, refresh_seconds, due_at, attempted_at, succeeded_at, certificates_expire_at,
   metadata_valid_until)
select $1::uuid, identity_provider, refresh_seconds, $3::timestamptz + make_interval(secs => refresh_seconds),
  case when refresh_seconds is not null then $3::timestamptz end,
  case when refresh_seconds is not null then $3::timestamptz end,
  certificates_expire_at, metadata_valid_until
from wanted where not kept
on conflict (org_id, identity_provider) do update
set refresh_seconds = excluded.refresh_seconds, due_at = excluded.due_at, attempted_at = excluded.attempted_at,
  succeeded_at = excluded.succeeded_at, certificates_expire_at = excluded.certificates_expire_at,
  metadata_valid_until = excluded.metadata_valid_until,
  claimed_until = null, failures = 0, error_code = null`,
};

/** A statement of its own, since it must see what the one above wrote. */
export const END_SESSIONS_OF_DISABLED: Statement = {
  name: 'reconcile.end-sessions-of-disabled',
  text: `
with ended as (
  delete from sessions s
  where s.org_id = $1 and not exists (
    select from identity_provider_metadata m
    where m.org_id = $1 and m.identity_provider = s.identity_provider and m.enabled)
  returning s.user_id
)
select count(*)::integer as sessions from ended`,
};

export const RENAME_IDENTITY_PROVIDER: Statement = {
  name: 'reconcile.rename-identity-provider',
  text: `
with metadata as (
  update identity_provider_metadata set identity_provider = $3 where org_id = $1 and identity_provider = $2
), linked as (
  update identities set identity_provider = $3 where org_id = $1 and identity_provider = $2
), signed_in as (
  update sessions set identity_provider = $3 where org_id = $1 and identity_provider = $2
)
update users set deciding_identity_provider = $3 where org_id = $1 and deciding_identity_provider = $2`,
};

export const USERS: Statement = {
  name: 'reconcile.users',
  text: 'select count(*)::integer as users from users where org_id = $1',
};

export const LINKED_USERS: Statement = {
  name: 'reconcile.linked-users',
  text: 'select count(distinct user_id)::integer as users from identities where org_id = $1 and identity_provider = $2',
};

export const DIRECTORY_USERS: Statement = {
  name: 'reconcile.directory-users',
  text: 'select users from directories where org_id = $1',
};

/** Waits for logins that are creating users and keeps further ones waiting: their foreign key needs this row. */
export const LOCK_ORGANIZATION: Statement = {
  name: 'reconcile.lock-organization',
  text: 'select from organizations where org_id = $1 for update',
};

/** Waits for logins of these users and keeps further ones waiting, until the new grants are committed. */
export const LOCK_USERS: Statement = {
  name: 'reconcile.lock-users',
  text: `
select from users
where org_id = $1 and user_id > $2
order by user_id
limit $3
for no key update`,
};

export const FACTS_OF_USERS: Statement = {
  name: 'reconcile.facts-of-users',
  text: `
select u.user_id, i.identity_provider, i.facts,
  (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role) order by g.scope, g.role), '[]')
     from grants g where g.org_id = $1 and g.user_id = u.user_id) as grants,
  (select coalesce(jsonb_agg(m.group_name order by m.group_name), '[]')
     from memberships m where m.org_id = $1 and m.user_id = u.user_id) as groups
from (select * from users where org_id = $1 and user_id > $2 order by user_id limit $3) u
left join identities i
  on i.org_id = u.org_id and i.identity_provider = u.deciding_identity_provider
  and i.name_id_format = u.deciding_name_id_format and i.name_id = u.deciding_name_id
order by u.user_id`,
};

/** Moves what is held under $2 to $3; where $3 is held already or null, drops it. */
function renameHeld(kind: string, table: string, column: string, restOfKey: string): Statement {
  const target = `select from ${table} o
    where o.org_id = h.org_id and o.user_id = h.user_id and o.${column} = $3${restOfKey}`;
  return {
    name: `reconcile.rename-held-${kind}`,
    text: `
with moved as (
  update ${table} h set ${column} = $3
  where h.org_id = $1 and h.${column} = $2 and $3::text is not null and not exists (
    ${target})
)
delete from ${table} h
where h.org_id = $1 and h.${column} = $2 and ($3::text is null or exists (
    ${target}))`,
  };
}

export const RENAME_HELD = {
  role: renameHeld('role', 'grants', 'role', ' and o.scope = h.scope'),
  scope: renameHeld('scope', 'grants', 'scope', ' and o.role = h.role'),
  group: renameHeld('group', 'memberships', 'group_name', ''),
} as const;

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
