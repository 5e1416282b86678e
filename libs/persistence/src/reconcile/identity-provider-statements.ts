import type { Statement } from '../sql.ts';

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

/** A statement of its own, since it must see what the one above wrote. What a password opened has no identity provider. */
export const END_SESSIONS_OF_DISABLED: Statement = {
  name: 'reconcile.end-sessions-of-disabled',
  text: `
with ended as (
  delete from sessions s
  where s.org_id = $1 and s.identity_provider <> '@password' and not exists (
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
