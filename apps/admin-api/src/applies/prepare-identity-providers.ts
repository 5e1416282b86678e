import { effective, issuersOf, openIdProviderOf, secretPointer } from '@rolecall/org-config';
import type { EffectiveIdentityProvider, IdentityProvider } from '@rolecall/org-config';
import { connectionDigest } from '@rolecall/persistence';
import type { MetadataProblem, ProblemDetail } from '@rolecall/platform';
import type { DesiredOrganization, PreparedIdentityProvider } from '@rolecall/reconcile';
import { secretsOfApplications } from './application-secrets.ts';
import { refuseInvalid } from './check-documents.ts';
import type { CheckedOrganization } from './check-documents.ts';
import { headOf } from './head-of.ts';
import { readingOf } from './preparation.ts';
import type { Preparation, Reading } from './preparation.ts';
import { prepareProvider } from './prepare-provider.ts';
import type { OrganizationWithSecrets } from './secrets.ts';
import { storedAt, storedProvider } from './stored-provider.ts';
import type { StoredProvider } from './stored-provider.ts';

/** At once, over all organizations of a request. */
const CONCURRENT = 8;

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
  const reading = readingOf(preparation);
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
      const clientSecret = secretValues[secretPointer({ map: 'identityProviders', name })];
      const prepared = await prepareProvider({ provider, commonName, clientSecret }, known, preparation);
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

/** What a sign-in must have gone through to prove that this connection works. */
function withDigest(
  prepared: PreparedIdentityProvider,
  settings: EffectiveIdentityProvider | undefined,
  reading: Reading,
): PreparedIdentityProvider {
  return settings ? { ...prepared, connectionDigest: digestOf(settings, prepared, reading) } : prepared;
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

async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
