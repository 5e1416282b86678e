import type { Statement } from '../sql.ts';

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

/** Whoever declares one of these origins $2 at the same moment waits: so the second knows of the first. */
export const LOCK_ORIGINS: Statement = {
  name: 'reconcile.lock-origins',
  text: `
select pg_advisory_xact_lock(hashtextextended('origin ' || added.origin, 0))
from (
  select o as origin from unnest($2::text[]) o
  where not exists (select from origin_claims c where c.origin = o and c.org_id = $1)
  order by 1
) added`,
};

/**
 * Makes the asserted domains $2, those of $5 that are proved, the previous names, the issuers and the origins $6 (each with
 * its application of $7) exactly what routes to the organization, and $8 the origins that it declares at all. What comes back belongs to another one; an issuer and an origin
 * may be of many, and a domain that another organization has only proved may be claimed: it will be whose proof stands.
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
), freed_origins as (
  delete from forward_origins where org_id = $1 and origin <> all($6::text[])
), added_origins as (
  insert into forward_origins as f (origin, org_id, application)
  select t.origin, $1::uuid, t.application from unnest($6::text[], $7::text[]) as t(origin, application)
  on conflict (origin, org_id) do update set application = excluded.application
  where f.application <> excluded.application
), freed_claims as (
  delete from origin_claims where org_id = $1 and origin <> all($8::text[])
), added_claims as (
  insert into origin_claims (origin, org_id) select o, $1::uuid from unnest($8::text[]) o
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
