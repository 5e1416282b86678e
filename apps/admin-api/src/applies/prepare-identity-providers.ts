import {
  effective,
  issuersOf,
  onceEach,
  openIdProviderOf,
  secretPointer,
  serviceProviderKeysOf,
} from '@rolecall/org-config';
import type {
  EffectiveIdentityProvider,
  IdentityProvider,
  OidcIdentityProvider,
  SamlIdentityProvider,
} from '@rolecall/org-config';
import { connectionDigest, metadataSourceOf } from '@rolecall/persistence';
import type { ClientKeyPair, OrganizationReader, OrganizationSnapshot } from '@rolecall/persistence';
import { endsOf } from '@rolecall/platform';
import type { MetadataProblem, MetadataSource, ProblemDetail } from '@rolecall/platform';
import type { DesiredOrganization, KeyPair, OrganizationHead, PreparedIdentityProvider } from '@rolecall/reconcile';
import { createSigningKey, parseIdpMetadata, SamlError } from '@rolecall/saml';
import type { IdpMetadata, KeyUse, ServiceProviderKey } from '@rolecall/saml';
import { refuseInvalid } from './check-documents.ts';
import type { CheckedOrganization } from './check-documents.ts';
import { secretsOfApplications } from './application-secrets.ts';
import { createClientKeys } from './client-keys.ts';
import { headOf } from './head-of.ts';
import type { OpenIdProviders } from './openid-providers.ts';
import type { OrganizationWithSecrets } from './secrets.ts';

/** At once, over all organizations of a request. */
const CONCURRENT = 8;

export interface Preparation {
  readonly heads: ReadonlyMap<string, OrganizationHead>;
  readonly organizations: OrganizationReader;
  readonly metadata: MetadataSource;
  readonly providers: OpenIdProviders;
  /** A plan is rolled back, so it makes no keys: nothing that it shows depends on them. */
  readonly makeKeys: boolean;
  readonly now: Date;
}

/** What reads metadata, each text of this request once. */
interface Reading extends Preparation {
  readonly read: (xml: string, entityId?: string) => ReturnType<MetadataSource['read']>;
  /** Undefined when the metadata is of no use any more. */
  readonly parsed: (xml: string, entityId?: string) => IdpMetadata | undefined;
}

/**
 * Gets what each IdP needs beside the document, before the transaction: nothing is fetched while rows are locked.
 * An organization that is as stored needs nothing, and neither does an IdP whose metadata URL or issuer is the stored one:
 * a plan of a thousand unchanged organizations fetches nothing.
 * @throws Problem 422 `configuration_invalid` with all that is wrong with any metadata or provider
 */
export async function prepareIdentityProviders(
  checked: readonly OrganizationWithSecrets[],
  preparation: Preparation,
): Promise<readonly DesiredOrganization[]> {
  const { metadata, now } = preparation;
  const reading: Reading = {
    ...preparation,
    read: onceEach((xml, entityId) => metadata.read(xml, { entityId, now })),
    parsed: onceEach((xml, entityId) => parsedMetadata(xml, entityId, now)),
  };
  const results = await inParallel(checked, CONCURRENT, (organization) => prepareOrganization(organization, reading));
  refuseInvalid(results.flatMap(({ problems }) => problems));
  return results.map(({ desired }) => desired);
}

async function prepareOrganization(organization: OrganizationWithSecrets, preparation: Reading) {
  const { secretValues, ...checked } = organization;
  const head = headOf(organization.document, preparation.heads);
  const identityProviders: Record<string, PreparedIdentityProvider> = {};
  const problems: ProblemDetail[] = [];
  if (head?.digest !== organization.digest || Object.keys(organization.secrets).length > 0) {
    const stored = head && (await storedAt(head, preparation.organizations));
    const settings = effective(organization.document).identityProviders;
    for (const [name, provider] of Object.entries(organization.document.spec.identityProviders ?? {})) {
      const known = storedProvider(stored, name, provider);
      const commonName = `${organization.document.metadata.name}/${name}`;
      const prepared =
        provider.type === 'oidc'
          ? await prepareOidc(
              commonName,
              provider,
              secretValues[secretPointer({ map: 'identityProviders', name })],
              known,
              preparation,
            )
          : await prepareSaml(commonName, provider, known, preparation);
      if ('problem' in prepared) problems.push(detailOf(prepared.problem, organization, name, provider));
      else {
        const replaces = replacedBy(provider, prepared, known, preparation);
        identityProviders[name] = { ...withDigest(prepared, settings[name], preparation), replaces };
      }
    }
  }
  const { applicationSecrets, weak } = secretsOfApplications(organization);
  return { desired: { ...checked, identityProviders, applicationSecrets }, problems: [...problems, ...weak] };
}

/** Users are known by what this identity provider calls them: present when it is another one than before. */
function replacedBy(
  declared: IdentityProvider,
  prepared: PreparedIdentityProvider,
  stored: StoredProvider | undefined,
  { parsed }: Reading,
): PreparedIdentityProvider['replaces'] {
  // metadata that is of no use any more names nobody
  const entityIdOf = (xml: string | undefined, entityId?: string) =>
    xml === undefined ? undefined : parsed(xml, entityId)?.entityId;
  const before = stored?.issuers ?? entityIdOf(stored?.metadataXml, stored?.entityId);
  if (before === undefined) return undefined;
  const after =
    declared.type === 'oidc'
      ? issuersOf(openIdProviderOf(declared)).join(' ')
      : entityIdOf(prepared.metadataXml, declared.metadata.entityId);
  return after === undefined || before === after ? undefined : { before, after };
}

function parsedMetadata(xml: string, entityId: string | undefined, now: Date): IdpMetadata | undefined {
  try {
    return parseIdpMetadata(xml, { now, entityId, allowHttp: true });
  } catch (error) {
    if (error instanceof SamlError) return undefined;
    throw error;
  }
}

/** What a sign-in must have gone through to prove that this connection works. */
function withDigest(
  prepared: PreparedIdentityProvider,
  settings: EffectiveIdentityProvider | undefined,
  reading: Reading,
): PreparedIdentityProvider {
  return settings ? { ...prepared, connectionDigest: digestOf(settings, prepared, reading) } : prepared;
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

/** The metadata was checked when it came; that which was stored may be over by now, and then no sign-in proves it. */
function digestOf(
  settings: EffectiveIdentityProvider,
  { metadataXml = '' }: PreparedIdentityProvider,
  { parsed }: Reading,
): string | undefined {
  if (settings.type === 'oidc') return connectionDigest(settings);
  const metadata = parsed(metadataXml, settings.metadata.entityId);
  return metadata && connectionDigest(settings, metadata);
}

function detailOf(
  problem: MetadataProblem,
  { document, file = '' }: CheckedOrganization,
  name: string,
  provider: IdentityProvider,
): ProblemDetail {
  const key = provider.type === 'saml' ? '/metadata' : provider.issuer === undefined ? '' : '/issuer';
  const pointer = `/spec/identityProviders/${name}${key}`;
  const position = { file, line: 1, column: 1 };
  return { severity: 'error', ...problem, pointer, position, organization: document.metadata.name };
}

interface StoredProvider {
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
function wantedOf(declared: OidcIdentityProvider): string {
  const { clientAuthentication, userinfo, responseMode, singleLogout } = declared;
  return JSON.stringify([openIdProviderOf(declared), clientAuthentication, userinfo, responseMode, singleLogout]);
}

/** What is stored of an IdP, under its name or one that it had before. */
function storedProvider(
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
async function storedAt(
  head: OrganizationHead,
  organizations: OrganizationReader,
): Promise<OrganizationSnapshot | undefined> {
  const snapshot = await organizations.byId(head.id);
  return snapshot?.revision === head.revision ? snapshot : undefined;
}

async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
