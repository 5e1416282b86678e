import type { Statement } from '../sql.ts';

/** A current name wins over a previous one. */
export const ROUTE_NAME: Statement = {
  name: 'organizations.route-name',
  text: `
select org_id from organization_registry where name = $1
union all
select org_id from organization_previous_names where name = $1
limit 1`,
};

export const ROUTE_EMAIL_DOMAIN: Statement = {
  name: 'organizations.route-email-domain',
  text: 'select org_id from email_domains where domain = $1',
};

/** No row when several organizations have the issuer: it does not say which is meant. */
export const ROUTE_ISSUER: Statement = {
  name: 'organizations.route-issuer',
  text: 'select (array_agg(org_id))[1] as org_id from openid_issuers where issuer = $1 having count(*) = 1',
};

export const LIVE_REVISION: Statement = {
  name: 'organizations.live-revision',
  text: `
select o.name, o.revision, o.runtime_version, r.document, r.digest, r.origin, r.applied_at,
  array(select e.domain from email_domains e where e.org_id = $1 order by e.domain) as email_domains
from organizations o
join revisions r on r.org_id = o.org_id and r.number = o.revision
where o.org_id = $1`,
};

/** Of a page of many organizations: what is live, and how large it is. */
export const LIVE_DOCUMENT: Statement = {
  name: 'organizations.live-document',
  text: `
select o.revision, r.digest, r.document, octet_length(r.document::text) as bytes
from organizations o
join revisions r on r.org_id = o.org_id and r.number = o.revision
where o.org_id = $1`,
};

/** The newest first; $2 = before this number. */
export const REVISIONS: Statement = {
  name: 'organizations.revisions',
  text: `
select number, digest, origin, applied_at
from revisions
where org_id = $1 and number < $2
order by number desc
limit $3`,
};

export const REVISION: Statement = {
  name: 'organizations.revision',
  text: 'select number, digest, origin, applied_at, document from revisions where org_id = $1 and number = $2',
};

export const IDENTITY_PROVIDERS: Statement = {
  name: 'organizations.identity-providers',
  text: `
select m.identity_provider, m.metadata_xml, m.metadata_source, k.keys
from identity_provider_metadata m
left join lateral (
  select json_agg(json_build_object(
      'use', k.use, 'generation', k.generation, 'certificate', k.certificate, 'secretName', k.secret_name,
      'currentFrom', k.current_from, 'overlapSeconds', k.overlap_seconds) order by k.use, k.generation) as keys
  from service_provider_keys k
  where k.org_id = m.org_id and k.identity_provider = m.identity_provider
) k on true
where m.org_id = $1
order by m.identity_provider`,
};
