import { documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { KeyPair, OrganizationHead, PreparedIdentityProvider, PreparedKeys } from '@rolecall/reconcile';
import type { Database } from '../database.ts';

/** How a seeded organization differs from the plain one. */
export interface SeedOptions {
  /** The metadata of every SAML IdP of the document. */
  readonly metadataXml?: string;
  /** The client secrets of its OpenID providers, by name. */
  readonly clientSecrets?: Readonly<Record<string, string>>;
  /** Those of its applications, by name. */
  readonly applicationSecrets?: Readonly<Record<string, string>>;
  /** Given to every OpenID provider of the document that authenticates us by `private_key_jwt`. */
  readonly clientKeys?: PreparedIdentityProvider['clientKeys'];
  /** Given to every SAML IdP of the document; its connection then signs. */
  readonly signingKey?: KeyPair;
  /** As `signingKey`, for encrypted assertions. */
  readonly encryptionKey?: KeyPair;
  /** Default `default`. */
  readonly collection?: string;
  readonly now?: Date;
}

/** Creates an organization as an apply would, without a plan and without its checks. */
export async function seedOrganization(
  database: Database,
  document: OrganizationDocument,
  options: SeedOptions,
): Promise<OrganizationHead> {
  const {
    metadataXml,
    clientSecrets,
    applicationSecrets = {},
    clientKeys,
    collection = 'default',
    now = new Date(),
  } = options;
  const serviceProviderKeys = keysOf({ signing: options.signingKey, encryption: options.encryptionKey });
  const declared = Object.entries(document.spec.identityProviders ?? {});
  const identityProviders = Object.fromEntries(
    declared.map(([name, provider]): [string, PreparedIdentityProvider] => {
      if (provider.type === 'saml') return [name, { metadataXml, serviceProviderKeys }];
      const keyed = provider.clientAuthentication === 'private_key_jwt';
      return [name, keyed ? { clientKeys } : { clientSecret: clientSecrets?.[name] }];
    }),
  );
  const beside = { identityProviders, applicationSecrets };
  const revision = { document, digest: documentDigest(document), origin: { actor: 'seed' }, ...beside };
  const store = database.reconcileState({ actor: 'seed', now });
  return store.transaction('commit', (state) => state.create({ collection, name: document.metadata.name, revision }));
}

/** A first generation of these pairs. */
function keysOf(pairs: PreparedKeys['pairs']): PreparedKeys | undefined {
  const given = Object.entries(pairs).filter(([, pair]) => pair !== undefined);
  return given.length === 0
    ? undefined
    : { generation: 1, overlapSeconds: 7 * 86_400, pairs: Object.fromEntries(given) };
}
