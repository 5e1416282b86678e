import type { Statement } from '../sql.ts';

const ITEMS = `
  select r.name as organization, i.kind, i.name, i.expires_at, r.collection
  from expiring_items i join organization_registry r on r.org_id = i.org_id
  union all
  select r.name, 'idp-certificate', m.identity_provider, m.certificates_expire_at, r.collection
  from metadata_refreshes m join organization_registry r on r.org_id = m.org_id
  where m.certificates_expire_at is not null
  union all
  select r.name, 'metadata-valid-until', m.identity_provider, m.metadata_valid_until, r.collection
  from metadata_refreshes m join organization_registry r on r.org_id = m.org_id
  where m.metadata_valid_until is not null
  union all
  select '', 'api-token', t.name || ' (' || t.id || ')', t.expires_at, null
  from api_tokens t
  where t.workload is null and t.revoked_at is null and t.expires_at > $1::timestamptz - interval '30 days'`;

/** $1 = now, $2 to $6 = filter or null, $7 to $10 = the last item of the page before, or nulls, $12 = patterns of LIKE or null. */
export const LIST: Statement = {
  name: 'expiry.list',
  text: `
select organization, kind, name, expires_at from (${ITEMS}
) items
where ($2::timestamptz is null or expires_at >= $2)
  and ($3::timestamptz is null or expires_at < $3)
  and ($4::text is null or organization = $4)
  and ($5::text is null or collection = $5)
  and ($6::text[] is null or kind = any($6))
  and ($12::text[] is null or (organization <> '' and organization like any($12)))
  and ($7::timestamptz is null or (expires_at, organization, kind, name) > ($7, $8::text, $9::text, $10::text))
order by expires_at, organization, kind, name
limit $11`,
};

/** $1 = now, $2 = names that are left out. */
export const OVERRIDES_OVER: Statement = {
  name: 'expiry.overrides-over',
  text: `
select r.name
from expiring_items i join organization_registry r on r.org_id = i.org_id
where i.kind = 'override' and i.expires_at <= $1::timestamptz and r.name <> all($2::text[])
group by r.name
order by min(i.expires_at), r.name
limit $3`,
};

/**
 * Notes the items that have reached a threshold of $2 and that nobody was told of at it; a second process waits here until the
 * first one has delivered its own. What ended a month ago is old news.
 */
export const CLAIM_NOTICES: Statement = {
  name: 'expiry.claim-notices',
  text: `
insert into expiry_notices (organization, kind, name, expires_at, threshold, sent_at)
select organization, kind, name, expires_at, reached.threshold, $1::timestamptz
from (${ITEMS}
) items
cross join lateral (
  select min(t.days) as threshold from unnest($2::integer[]) t(days)
  where expires_at < $1::timestamptz + make_interval(days => t.days)
) reached
where reached.threshold is not null and expires_at > $1::timestamptz - interval '30 days'
  and not exists (
    select from expiry_notices n
    where (n.organization, n.kind, n.name, n.expires_at, n.threshold)
      = (items.organization, items.kind, items.name, items.expires_at, reached.threshold)
  )
order by expires_at, organization, kind, name
limit $3
on conflict do nothing
returning organization, kind, name, expires_at`,
};

export const FORGET_NOTICES: Statement = {
  name: 'expiry.forget-notices',
  text: `delete from expiry_notices where expires_at < $1::timestamptz - interval '60 days'`,
};

/** Makes $2 exactly the client secrets, the keys of ours and the exemptions that end. */
export const REPLACE_ITEMS: Statement = {
  name: 'expiry.replace-items',
  text: `
with wanted as (
  select * from jsonb_to_recordset($2::jsonb) as w(kind text, name text, expires_at timestamptz)
), gone as (
  delete from expiring_items i
  where i.org_id = $1 and i.kind in ('client-secret', 'application-secret', 'sp-key', 'exemption')
    and not exists (select from wanted w where w.kind = i.kind and w.name = i.name)
)
insert into expiring_items as i (org_id, kind, name, expires_at)
select $1::uuid, kind, name, expires_at from wanted
on conflict (org_id, kind, name) do update set expires_at = excluded.expires_at
where i.expires_at <> excluded.expires_at`,
};
