import { defineEntity, p } from '@mikro-orm/core';
import type { DomainVerification } from '../stores.ts';

/* Read before an organization is known: so they have no row-level security, and hold nothing but names and digests. */

/** Login name -> organization, with what the reconciler compares set-wise. Follows `organizations` in each transaction. */
export const OrganizationRegistry = defineEntity({
  name: 'OrganizationRegistry',
  tableName: 'organization_registry',
  indexes: [
    { name: 'organization_registry_collection', properties: ['collection'] },
    {
      name: 'organization_registry_deviating',
      properties: ['collection'],
      where: 'drifts_at is not null or unmanaged > 0',
    },
  ],
  properties: {
    name: p.text().primary(),
    orgId: p.uuid().unique('organization_registry_org_id'),
    collection: p.text().nullable(),
    revision: p.integer(),
    digest: p.text(),
    deletionPolicy: p.text(),
    /** The live revision when the owning collection declared last; absent, like the digest of what it declared, when none owns it. */
    appliedRevision: p.integer().nullable(),
    appliedDigest: p.text().nullable(),
    /** From then on a declared field is not live as declared. */
    driftsAt: p.datetime(3).nullable(),
    /** Entries of keyed maps that nobody declared. */
    unmanaged: p.integer().default(0),
  },
});

/** Names that still route to a renamed organization, as its document's `previously` says. */
export const OrganizationPreviousName = defineEntity({
  name: 'OrganizationPreviousName',
  tableName: 'organization_previous_names',
  properties: {
    name: p.text().primary(),
    orgId: p.uuid().index('organization_previous_names_org_id'),
  },
});

/** E-mail domain, lower case -> the organization that has proved it, or that somebody vouches for. Never a mere claim. */
export const EmailDomain = defineEntity({
  name: 'EmailDomain',
  tableName: 'email_domains',
  properties: {
    domain: p.text().primary(),
    orgId: p.uuid().index('email_domains_org_id'),
    verification: p.text().$type<DomainVerification>().default('asserted'),
  },
});

/** Issuer of an OpenID provider -> the organizations that have it. */
export const OpenIdIssuer = defineEntity({
  name: 'OpenIdIssuer',
  tableName: 'openid_issuers',
  properties: {
    issuer: p.text().primary(),
    orgId: p.uuid().primary().index('openid_issuers_org_id'),
  },
});

/** Origin of an application behind a proxy, on or off -> the organizations that declare it. */
export const OriginClaim = defineEntity({
  name: 'OriginClaim',
  tableName: 'origin_claims',
  properties: {
    origin: p.text().primary(),
    orgId: p.uuid().primary().index('origin_claims_org_id'),
  },
});

/** Origin of an enabled application behind a proxy -> the organizations that have one there, each with its name. */
export const ForwardOrigin = defineEntity({
  name: 'ForwardOrigin',
  tableName: 'forward_origins',
  properties: {
    origin: p.text().primary(),
    orgId: p.uuid().primary().index('forward_origins_org_id'),
    application: p.text(),
  },
});
