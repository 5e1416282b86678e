import { defineEntity, p } from '@mikro-orm/core';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { Former, RevisionOrigin } from '@rolecall/reconcile';
import type { DomainError, DomainVerification } from '../stores.ts';
import { OWN_ORGANIZATION_ONLY } from './policy.ts';

/** An organization and the number of its live revision. */
export const Organization = defineEntity({
  name: 'Organization',
  tableName: 'organizations',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    name: p.text(),
    revision: p.integer(),
    createdAt: p.datetime(3),
    /** Counts changes between revisions: metadata that was refreshed. */
    runtimeVersion: p.integer().default(0),
  },
});

/** Every version of the configuration, for ever: the runtime role can neither change nor delete one. */
export const Revision = defineEntity({
  name: 'Revision',
  tableName: 'revisions',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    number: p.integer().primary(),
    document: p.json<OrganizationDocument>(),
    digest: p.text(),
    origin: p.json<RevisionOrigin>(),
    appliedAt: p.datetime(3),
  },
});

/** What the owning collection declared last, where it is not simply the document and origin of `appliedRevision`. */
export const DeclarationRow = defineEntity({
  name: 'DeclarationRow',
  tableName: 'declarations',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    /** Absent when it is that revision's document. */
    document: p.json<OrganizationDocument>().nullable(),
    origin: p.json<RevisionOrigin>(),
  },
});

/** A field that somebody set otherwise for a while. Its value is the live revision's. */
export const OverrideRow = defineEntity({
  name: 'OverrideRow',
  tableName: 'overrides',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    /** JSON pointer, with the names of rules in place of their indices. */
    path: p.text().primary(),
    /** Name of the API token. */
    setBy: p.text(),
    reason: p.text(),
    setAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** What no collection declares of it, as it was before; null = nothing. */
    former: p.json<Former>().nullable(),
    /** Of one that is over: why what it set is live still. */
    stays: p.text().nullable(),
  },
});

/** An e-mail domain of the live revision, with the token that proves it and how the last look at DNS went. */
export const DomainClaimRow = defineEntity({
  name: 'DomainClaimRow',
  tableName: 'domain_claims',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    domain: p.text().primary(),
    verification: p.text().$type<DomainVerification>(),
    token: p.text(),
    claimedAt: p.datetime(3),
    verifiedAt: p.datetime(3).nullable(),
    checkedAt: p.datetime(3).nullable(),
    failingSince: p.datetime(3).nullable(),
    error: p.text().$type<DomainError>().nullable(),
  },
});

/** What an IdP of the live revision needs beside the document; its private key or client secret is a sealed secret. */
export const IdentityProviderMetadata = defineEntity({
  name: 'IdentityProviderMetadata',
  tableName: 'identity_provider_metadata',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    identityProvider: p.text().primary(),
    /** Absent for an OpenID provider. */
    metadataXml: p.text().nullable(),
    /** What of the document decides which metadata this is (`metadataSourceOf`); absent when it stands in the document. */
    metadataSource: p.text().nullable(),
    /** What the URL serves now and an administrator must accept before it is used; all four or none. */
    heldXml: p.text().nullable(),
    heldDigest: p.text().nullable(),
    heldCode: p.text().nullable(),
    heldSince: p.datetime(3).nullable(),
    /** false: nobody signs in through it, and what it opened has ended. */
    enabled: p.boolean().default(true),
  },
});

/** A key pair of ours for one connection. When it is used follows from its times (`keyStateAt` of @rolecall/saml). */
export const ServiceProviderKeyRow = defineEntity({
  name: 'ServiceProviderKeyRow',
  tableName: 'service_provider_keys',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    identityProvider: p.text().primary(),
    /** `signing` or `encryption`. */
    use: p.text().primary(),
    generation: p.integer().primary(),
    /** PEM. */
    certificate: p.text(),
    /** The sealed secret that holds the private key. */
    secretName: p.text(),
    currentFrom: p.datetime(3),
    overlapSeconds: p.integer(),
  },
});

/** The organization's data key, wrapped by the deployment's master key. */
export const OrganizationKey = defineEntity({
  name: 'OrganizationKey',
  tableName: 'organization_keys',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    masterKeyId: p.text(),
    wrappedKey: p.blob(),
    createdAt: p.datetime(3),
  },
});

/** Secrets at rest, sealed with the data key and with the place where they stand. */
export const SealedSecret = defineEntity({
  name: 'SealedSecret',
  tableName: 'sealed_secrets',
  ...OWN_ORGANIZATION_ONLY,
  properties: {
    orgId: p.uuid().primary(),
    /** What it is and of whom, e.g. `saml_signing_key/okta/2` or `oidc_client_secret/google`. */
    name: p.text().primary(),
    sealed: p.blob(),
  },
});
