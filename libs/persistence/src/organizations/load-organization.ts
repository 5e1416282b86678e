import type { Pool } from 'pg';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { RevisionOrigin } from '@rolecall/reconcile';
import { readApplicationSecrets } from '../secrets/application-secrets.ts';
import { readClientKeys, usesClientKeys } from '../secrets/client-keys.ts';
import { clientSecretName } from '../secrets/secret-names.ts';
import { readServiceProviderKeys, type ServiceProviderKeyJson } from '../secrets/service-provider-keys.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { Vault } from '../secrets/vault.ts';
import { inTransaction, query } from '../sql.ts';
import type { OrganizationSnapshot, StoredIdentityProvider } from '../stores.ts';
import { IDENTITY_PROVIDERS, LIVE_REVISION } from './statements.ts';

export interface LiveRevisionRow {
  name: string;
  revision: number;
  runtime_version: number;
  document: OrganizationDocument;
  email_domains: string[];
  digest: string;
  origin: RevisionOrigin;
  applied_at: Date;
}

interface IdentityProviderRow {
  identity_provider: string;
  metadata_xml: string | null;
  keys: readonly ServiceProviderKeyJson[] | null;
}

/**
 * Reads one organization whole, as one moment shows it; undefined when it does not exist (any more). Metadata and keys
 * change with a revision or with the runtime version: while these, the name and the e-mail domains are those of `previous`, that
 * very object is returned, so that what callers derived from it stays good.
 * @param withIdentityProviders - false = none is read, so nothing sealed is opened and no master key is needed
 */
export async function loadOrganization(
  pool: Pool,
  masterKeys: MasterKeys | undefined,
  organizationId: string,
  previous: OrganizationSnapshot | undefined,
  withIdentityProviders: boolean,
): Promise<OrganizationSnapshot | undefined> {
  return inTransaction(pool, { organizationId, consistent: true }, async (client) => {
    const [live] = await query<LiveRevisionRow>(client, LIVE_REVISION, [organizationId]);
    if (live === undefined) return undefined;
    if (previous && isStill(previous, live)) return previous;
    const rows = withIdentityProviders
      ? await query<IdentityProviderRow>(client, IDENTITY_PROVIDERS, [organizationId])
      : [];
    const vault = new Vault(client, organizationId, masterKeys);
    const identityProviders = new Map<string, StoredIdentityProvider>();
    for (const row of rows) {
      identityProviders.set(row.identity_provider, await readIdentityProvider(row, live.document, vault));
    }
    const applicationSecrets = withIdentityProviders
      ? await readApplicationSecrets(vault, live.document)
      : new Map<string, string>();
    const { name, revision, runtime_version: runtimeVersion, document, email_domains: emailDomains } = live;
    const beside = { emailDomains, identityProviders, applicationSecrets };
    return { organizationId, name, revision, runtimeVersion, document, ...beside };
  });
}

/** E-mail domains are proved, and lost, between two revisions. */
function isStill(previous: OrganizationSnapshot, live: LiveRevisionRow): boolean {
  const { name, revision, runtimeVersion, emailDomains } = previous;
  const sameDomains = emailDomains.join(' ') === live.email_domains.join(' ');
  return revision === live.revision && runtimeVersion === live.runtime_version && name === live.name && sameDomains;
}

async function readIdentityProvider(
  row: IdentityProviderRow,
  { spec }: OrganizationDocument,
  vault: Vault,
): Promise<StoredIdentityProvider> {
  const { identity_provider: name, metadata_xml: metadataXml, keys } = row;
  const declared = spec.identityProviders?.[name];
  if (declared && usesClientKeys(declared)) return { clientKeys: await readClientKeys(vault, name) };
  if (metadataXml === null) return { clientSecret: await vault.read(clientSecretName(name)) };
  return { metadataXml, serviceProviderKeys: await readServiceProviderKeys(keys ?? [], vault) };
}
