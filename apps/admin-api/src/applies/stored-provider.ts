import { issuersOf, openIdProviderOf } from '@rolecall/org-config';
import type { IdentityProvider, OidcIdentityProvider } from '@rolecall/org-config';
import { metadataSourceOf } from '@rolecall/persistence';
import type { ClientKeyPair, OrganizationReader, OrganizationSnapshot } from '@rolecall/persistence';
import type { OrganizationHead } from '@rolecall/reconcile';
import type { ServiceProviderKey } from '@rolecall/saml';

/** An identity provider as it is live, for what a plan or an apply needs to get anew. */
export interface StoredProvider {
  readonly metadataXml?: string;
  readonly serviceProviderKeys?: readonly ServiceProviderKey[];
  /** Which entity of the metadata, where the document says so. */
  readonly entityId?: string | undefined;
  /** Where the metadata came from (`metadataSourceOf`); undefined when it was inlined. */
  readonly source: string | undefined;
  /** Of an OpenID provider: what it was asked for. */
  readonly wanted: string | undefined;
  /** All of its issuers, separated by spaces. */
  readonly issuers?: string;
  readonly issuer?: string;
  readonly clientKeys?: readonly ClientKeyPair[] | undefined;
}

/** What a configuration document is read for: which provider, and what it must offer. */
export function wantedOf(declared: OidcIdentityProvider): string {
  const { clientAuthentication, userinfo, responseMode, singleLogout } = declared;
  return JSON.stringify([openIdProviderOf(declared), clientAuthentication, userinfo, responseMode, singleLogout]);
}

/** What is stored of an IdP, under its name or one that it had before. */
export function storedProvider(
  stored: OrganizationSnapshot | undefined,
  name: string,
  provider: IdentityProvider,
): StoredProvider | undefined {
  const declared = stored?.document.spec.identityProviders ?? {};
  const key = [name, ...(provider.previously ?? [])].find((candidate) => Object.hasOwn(declared, candidate));
  const runtime = key === undefined ? undefined : stored?.identityProviders.get(key);
  const before = key === undefined ? undefined : declared[key];
  if (before?.type === 'oidc') {
    const provider = openIdProviderOf(before);
    const [issuer, issuers] = [provider.issuer, issuersOf(provider).join(' ')];
    return { source: undefined, wanted: wantedOf(before), issuer, issuers, clientKeys: runtime?.clientKeys };
  }
  const { metadata } = before ?? {};
  const entityId = metadata?.entityId;
  return runtime && { ...runtime, entityId, source: metadata && metadataSourceOf(metadata), wanted: undefined };
}

/** The snapshot of the head's revision; a cache that lags behind counts as nothing stored, and the metadata is fetched. */
export async function storedAt(
  head: OrganizationHead,
  organizations: OrganizationReader,
): Promise<OrganizationSnapshot | undefined> {
  const snapshot = await organizations.byId(head.id);
  return snapshot?.revision === head.revision ? snapshot : undefined;
}
