import { openIdProviderOf, serviceProviderKeysOf } from '@rolecall/org-config';
import type { IdentityProvider, OidcIdentityProvider, SamlIdentityProvider } from '@rolecall/org-config';
import { metadataSourceOf } from '@rolecall/persistence';
import { endsOf } from '@rolecall/platform';
import type { MetadataProblem } from '@rolecall/platform';
import type { KeyPair, PreparedIdentityProvider } from '@rolecall/reconcile';
import { createSigningKey } from '@rolecall/saml';
import type { KeyUse } from '@rolecall/saml';
import { createClientKeys } from './client-keys.ts';
import type { Preparation, Reading } from './preparation.ts';
import { wantedOf } from './stored-provider.ts';
import type { StoredProvider } from './stored-provider.ts';

/** What is declared of one identity provider, and its client secret if it has one that came along. */
export interface DeclaredProvider {
  readonly provider: IdentityProvider;
  /** Names its keys for people: `<organization>/<name>`. */
  readonly commonName: string;
  readonly clientSecret: string | undefined;
}

/** Fetches and makes what the identity provider needs beside the document, as far as it is not stored already. */
export function prepareProvider(
  { provider, commonName, clientSecret }: DeclaredProvider,
  stored: StoredProvider | undefined,
  reading: Reading,
): Promise<PreparedIdentityProvider | { readonly problem: MetadataProblem }> {
  return provider.type === 'oidc'
    ? prepareOidc(commonName, provider, clientSecret, stored, reading)
    : prepareSaml(commonName, provider, stored, reading);
}

/** A provider is asked when it is new here, or something else is wanted of it: a plan shows then what a login would find. */
async function prepareOidc(
  commonName: string,
  declared: OidcIdentityProvider,
  clientSecret: string | undefined,
  stored: StoredProvider | undefined,
  { providers, makeKeys, now }: Preparation,
): Promise<PreparedIdentityProvider | { readonly problem: MetadataProblem }> {
  const problem = stored?.wanted === wantedOf(declared) ? undefined : await providers.check(declared);
  if (problem) return { problem };
  if (declared.clientAuthentication !== 'private_key_jwt') return { clientSecret };
  // keys are of one provider: another issuer is never shown an assertion by them
  const known = stored?.issuer === openIdProviderOf(declared).issuer ? stored.clientKeys : undefined;
  return { clientKeys: known ?? (makeKeys ? await createClientKeys({ commonName, now }) : undefined) };
}

async function prepareSaml(
  commonName: string,
  provider: SamlIdentityProvider,
  stored: StoredProvider | undefined,
  reading: Reading,
): Promise<PreparedIdentityProvider | { readonly problem: MetadataProblem }> {
  const { metadata, makeKeys, now } = reading;
  const got = await samlMetadata(provider, stored, reading);
  if ('problem' in got) return got;
  const problem = metadata.checkNeeds(provider, got.metadataXml ?? '');
  if (problem) return { problem };
  const keys = serviceProviderKeysOf(provider);
  if (keys === undefined) return got;
  const { uses, generation, overlapSeconds } = keys;
  const pairs: Partial<Record<KeyUse, KeyPair | 'kept'>> = {};
  for (const use of uses) {
    const isStored = stored?.serviceProviderKeys?.some((key) => key.use === use && key.generation >= generation);
    pairs[use] = isStored || !makeKeys ? 'kept' : await createSigningKey({ commonName, now });
  }
  return { ...got, serviceProviderKeys: { generation, overlapSeconds, pairs } };
}

/**
 * A URL that the IdP has already is not fetched here: the store keeps what it has and lets the refresh fetch it at once,
 * by the rules that hold for every change of keys.
 */
async function samlMetadata(
  { metadata: source }: SamlIdentityProvider,
  stored: StoredProvider | undefined,
  { metadata, read, now }: Reading,
): Promise<
  | Pick<PreparedIdentityProvider, 'metadataXml' | 'certificatesExpireAt' | 'metadataValidUntil'>
  | { readonly problem: MetadataProblem }
> {
  const known = 'url' in source && stored?.source === metadataSourceOf(source) ? stored?.metadataXml : undefined;
  if (known !== undefined) return { metadataXml: known };
  const { entityId } = source;
  const got = 'xml' in source ? read(source.xml, entityId) : await metadata.fetch(source, now);
  return 'problem' in got ? got : { metadataXml: got.xml, ...endsOf(got.metadata) };
}
