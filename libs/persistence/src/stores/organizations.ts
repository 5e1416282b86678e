import type { OrganizationDocument } from '@rolecall/org-config';
import type { ServiceProviderKey } from '@rolecall/saml';

/** One organization as the gateway needs it; immutable, one object per (organization, revision, metadata). */
export interface OrganizationSnapshot {
  readonly organizationId: string;
  readonly name: string;
  readonly revision: number;
  /** Counts changes of what is beside the document (metadata that was refreshed), through all revisions. */
  readonly runtimeVersion: number;
  readonly document: OrganizationDocument;
  /** Of the e-mail domains that the document declares, those that are asserted or proved; sorted. */
  readonly emailDomains: readonly string[];
  readonly identityProviders: ReadonlyMap<string, StoredIdentityProvider>;
  /** SECRET: the client secrets of its applications that have one, by name. */
  readonly applicationSecrets: ReadonlyMap<string, string>;
}

/** What an IdP needs beside the document. */
export interface StoredIdentityProvider {
  /** Present for a SAML IdP. */
  readonly metadataXml?: string;
  /** Of a SAML IdP: our key pairs, secret; which of them is used when, `connectionKeysAt` says. */
  readonly serviceProviderKeys?: readonly ServiceProviderKey[];
  /** Present for an OpenID provider; secret, never to be logged or shown. */
  readonly clientSecret?: string;
  /** Present for an OpenID provider with `clientAuthentication: private_key_jwt`; secret as well. */
  readonly clientKeys?: readonly ClientKeyPair[];
}

/** A key of ours at one OpenID provider, PEM. */
export interface ClientKeyPair {
  readonly privateKey: string;
  readonly certificate?: string;
}

export interface OrganizationReader {
  /** By login name (current or previous). Cached per process, dropped by NOTIFY `rolecall_organization`, 30 s at most. */
  byName(name: string): Promise<OrganizationSnapshot | undefined>;
  byId(organizationId: string): Promise<OrganizationSnapshot | undefined>;
  /** As `byId`, from the database and not from what is cached: for what may have changed at this moment. */
  byIdAnew(organizationId: string): Promise<OrganizationSnapshot | undefined>;
  /** The organization that an e-mail domain (lower case) routes to. */
  byEmailDomain(domain: string): Promise<OrganizationSnapshot | undefined>;
  /** The one organization that has an OpenID provider with this issuer; undefined when there is none, or more than one. */
  byIssuer(issuer: string): Promise<OrganizationSnapshot | undefined>;
}

/** A stored revision with what is around it, for `GET /v1/organizations/:org`. */
export interface OrganizationRecord {
  readonly name: string;
  readonly organizationId: string;
  readonly collection: string | undefined;
  readonly revision: number;
  readonly digest: string;
  readonly document: OrganizationDocument;
  readonly appliedAt: Date;
  readonly appliedBy: string;
}
