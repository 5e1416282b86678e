import { documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { OrganizationHead, PreparedIdentityProvider } from '@rolecall/reconcile';
import type { Database } from '../database.ts';

/** How a seeded organization differs from the plain one. */
export interface SeedOptions {
  /** The metadata of every IdP of the document. */
  readonly metadataXml: string;
  /** Given to every IdP of the document; its connection then signs. */
  readonly signingKey?: PreparedIdentityProvider['signingKey'];
  /** Default `default`. */
  readonly collection?: string;
  readonly now?: Date;
}

/** Creates an organization as an apply would, without a plan and without its checks. */
export async function seedOrganization(
  database: Database,
  document: OrganizationDocument,
  { metadataXml, signingKey, collection = 'default', now = new Date() }: SeedOptions,
): Promise<OrganizationHead> {
  const names = Object.keys(document.spec.identityProviders ?? {});
  const identityProviders = Object.fromEntries(names.map((name) => [name, { metadataXml, signingKey }]));
  const revision = { document, digest: documentDigest(document), origin: { actor: 'seed' }, identityProviders };
  const store = database.reconcileState({ actor: 'seed', now });
  return store.transaction('commit', (state) => state.create({ collection, name: document.metadata.name, revision }));
}
