import type { Statement } from '../sql.ts';

/** Replicas share what is due: each row goes to one of them, for as long as its claim lasts. */
export const CLAIM_DUE: Statement = {
  name: 'metadata.claim-due',
  text: `
update metadata_refreshes r set claimed_until = $1::timestamptz + make_interval(secs => $3)
from (
  select org_id, identity_provider from metadata_refreshes
  where due_at <= $1 and (claimed_until is null or claimed_until <= $1)
  order by due_at
  limit $2
  for update skip locked
) due
where r.org_id = due.org_id and r.identity_provider = due.identity_provider
returning r.org_id, r.identity_provider, r.claimed_until, r.refresh_seconds, r.failures`,
};

/** Claims one out of turn: $6 = whoever asks is bound by the pause since the last time that a login asked. */
export const CLAIM: Statement = {
  name: 'metadata.claim',
  text: `
with before as (
  select claimed_until, asked_at, due_at from metadata_refreshes where org_id = $1 and identity_provider = $2
), claimed as (
  update metadata_refreshes set
    claimed_until = $3::timestamptz + make_interval(secs => $4), asked_at = case when $6 then $3 else asked_at end
  where org_id = $1 and identity_provider = $2 and due_at is not null
    and (claimed_until is null or claimed_until <= $3)
    and (not $6 or asked_at is null or asked_at <= $3::timestamptz - make_interval(secs => $5))
  returning org_id, identity_provider, claimed_until, refresh_seconds, failures
)
select c.org_id, c.identity_provider, c.claimed_until, c.refresh_seconds, c.failures,
  b.due_at is not null as refreshes, coalesce(b.claimed_until > $3, false) as in_flight
from before b left join claimed c on true`,
};

export const CLAIMED_UNTIL: Statement = {
  name: 'metadata.claimed-until',
  text: 'select claimed_until from metadata_refreshes where org_id = $1 and identity_provider = $2',
};

export const READ: Statement = {
  name: 'metadata.read',
  text: `
select m.metadata_xml, m.metadata_source, m.held_digest, m.held_xml,
  r.document #> array['spec', 'identityProviders', $2::text] as provider
from identity_provider_metadata m
join organizations o on o.org_id = m.org_id
join revisions r on r.org_id = o.org_id and r.number = o.revision
where m.org_id = $1 and m.identity_provider = $2 and m.metadata_xml is not null`,
};

/** Before anything of the organization is written, as an apply does: both take their locks in this order. */
export const LOCK: Statement = {
  name: 'metadata.lock',
  text: 'select from organizations where org_id = $1 for no key update',
};

/** No row comes back when an apply or another refresh came between: what was judged is no longer what is in use. */
export const USE: Statement = {
  name: 'metadata.use',
  text: `
with used as (
  update identity_provider_metadata
  set metadata_xml = $5, held_xml = null, held_digest = null, held_code = null, held_since = null
  where org_id = $1 and identity_provider = $2 and metadata_source = $3 and metadata_xml = $4
  returning org_id
), noticed as (
  update organizations o set runtime_version = o.runtime_version + 1 from used where o.org_id = used.org_id
)
select pg_notify('rolecall_organization', org_id::text) from used`,
};

/** What is held already keeps its time. A row comes back when it is newly held. */
export const HOLD: Statement = {
  name: 'metadata.hold',
  text: `
update identity_provider_metadata
set held_xml = $5, held_digest = $6, held_code = $7, held_since = $8
where org_id = $1 and identity_provider = $2 and metadata_source = $3 and metadata_xml = $4
  and held_digest is distinct from $6
returning org_id`,
};

/** The URL serves again what is in use, so there is nothing to accept. */
export const DROP_HELD: Statement = {
  name: 'metadata.drop-held',
  text: `
update identity_provider_metadata set held_xml = null, held_digest = null, held_code = null, held_since = null
where org_id = $1 and identity_provider = $2 and metadata_source = $3 and metadata_xml = $4 and held_digest is not null`,
};

/** Only by the holder of the claim: one that took too long has nothing to say any more. */
export const SETTLE: Statement = {
  name: 'metadata.settle',
  text: `
update metadata_refreshes set
  claimed_until = null, due_at = $4, attempted_at = $5,
  succeeded_at = case when $6::text is null then $5 else succeeded_at end,
  failures = case when $7 then failures + 1 else 0 end, error_code = $6,
  certificates_expire_at = coalesce($8, certificates_expire_at),
  metadata_valid_until = case when $8::timestamptz is null then metadata_valid_until else $9 end
where org_id = $1 and identity_provider = $2 and claimed_until = $3
returning org_id`,
};

/** What was held is used by now. */
export const FORGET_HELD_CODE: Statement = {
  name: 'metadata.forget-held-code',
  text: `
update metadata_refreshes set error_code = null, certificates_expire_at = coalesce($3, certificates_expire_at),
  metadata_valid_until = case when $3::timestamptz is null then metadata_valid_until else $4 end
where org_id = $1 and identity_provider = $2 and failures = 0`,
};

export const STATES: Statement = {
  name: 'metadata.states',
  text: `
select m.identity_provider, m.metadata_xml, m.held_xml, m.held_digest, m.held_code, m.held_since, r.due_at, r.attempted_at,
  r.succeeded_at, r.failures, r.error_code
from identity_provider_metadata m
left join metadata_refreshes r on r.org_id = m.org_id and r.identity_provider = m.identity_provider
where m.org_id = $1
order by m.identity_provider`,
};

/** Over all organizations, for metrics: counts only. */
export const SUMMARY: Statement = {
  name: 'metadata.summary',
  text: `
select
  count(*) filter (where failures > 0)::integer as failing,
  count(*) filter (where error_code like 'metadata_%' and failures = 0)::integer as held,
  count(*) filter (where certificates_expire_at <= $1)::integer as expired,
  count(*) filter (where certificates_expire_at > $1 and certificates_expire_at <= $1::timestamptz + interval '7 days')::integer as within_7,
  count(*) filter (where certificates_expire_at > $1 and certificates_expire_at <= $1::timestamptz + interval '30 days')::integer as within_30,
  count(*) filter (where certificates_expire_at > $1 and certificates_expire_at <= $1::timestamptz + interval '90 days')::integer as within_90
from metadata_refreshes`,
};
