import type { PoolClient } from 'pg';
import { effective } from '@rolecall/org-config';
import type { NewRevision } from '@rolecall/reconcile';
import { metadataSourceOf } from '../metadata/metadata-source.ts';
import { IDENTITY_PROVIDERS } from '../organizations/statements.ts';
import { deleteUnused, writeClientKeys } from '../secrets/client-keys.ts';
import { clientKeysName, clientSecretName } from '../secrets/secret-names.ts';
import { ServiceProviderKeys, type ServiceProviderKeyJson } from '../secrets/service-provider-keys.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { Vault } from '../secrets/vault.ts';
import { query } from '../sql.ts';
import { RENAME_EVIDENCE } from '../sso/statements.ts';
import * as sql from './identity-provider-statements.ts';

interface StoredProvider {
  identity_provider: string;
  /** null = an OpenID provider. */
  metadata_xml: string | null;
  keys: readonly ServiceProviderKeyJson[] | null;
  metadata_source: string | null;
}

/**
 * Makes these exactly the organization's IdPs. A connection keeps the key pairs that its IdP knows already, and loses
 * those that it needs no longer. An OpenID provider keeps its client secret unless it gets another; what is none any more loses
 * it. Metadata that comes from where it came from before stays what the last refresh made of it, and is due at once.
 *
 * @param now of the apply
 * @param is `new`: the organization was just made, and has none yet
 */
export async function replaceIdentityProviders(
  client: PoolClient,
  organizationId: string,
  masterKeys: MasterKeys | undefined,
  { document, identityProviders: providers }: Pick<NewRevision, 'document' | 'identityProviders'>,
  now: Date,
  is: 'new' | 'known' = 'known',
): Promise<void> {
  const stored = is === 'new' ? [] : await query<StoredProvider>(client, IDENTITY_PROVIDERS, [organizationId]);
  const vault = new Vault(client, organizationId, masterKeys);
  const rows = [];
  for (const [name, { metadataXml, clientSecret, clientKeys }] of Object.entries(providers)) {
    if (clientSecret !== undefined) await vault.write(clientSecretName(name), clientSecret);
    if (clientKeys !== undefined) await writeClientKeys(vault, name, clientKeys);
    const declared = document.spec.identityProviders?.[name];
    const source = declared?.type === 'saml' ? metadataSourceOf(declared.metadata) : undefined;
    const enabled = declared?.enabled !== false;
    rows.push({
      identity_provider: name,
      metadata_xml: metadataXml,
      metadata_source: source,
      enabled,
    });
  }
  for (const { identity_provider: name, metadata_xml: metadataXml } of stored) {
    if (metadataXml === null) await deleteUnused(vault, name, document.spec.identityProviders?.[name]);
  }
  if (rows.length + stored.length === 0) return;
  await query(client, sql.REPLACE_IDENTITY_PROVIDERS, [organizationId, JSON.stringify(rows)]);
  const keys = new Map(stored.map((row) => [row.identity_provider, row.keys ?? []]));
  for (const name of new Set([...keys.keys(), ...Object.keys(providers)])) {
    const pairs = new ServiceProviderKeys(client, vault, organizationId, name, keys.get(name) ?? []);
    await pairs.replace(providers[name]?.serviceProviderKeys, now);
  }
  const settings = effective(document).identityProviders;
  const sources = new Map(stored.map((row) => [row.identity_provider, row.metadata_source]));
  const schedule = rows.flatMap(({ identity_provider: name, metadata_source: source }) => {
    const setting = settings[name];
    if (setting?.type !== 'saml') return [];
    const { certificatesExpireAt, metadataValidUntil } = providers[name] ?? {};
    const kept = source !== undefined && sources.get(name) === source;
    const ends = { certificates_expire_at: certificatesExpireAt, metadata_valid_until: metadataValidUntil };
    return [{ identity_provider: name, refresh_seconds: setting.refreshSeconds, ...ends, kept }];
  });
  await query(client, sql.SCHEDULE_METADATA, [organizationId, JSON.stringify(schedule), now]);
}

/** Everything that hangs on the IdP's name goes along; its secrets are sealed anew, since the name is sealed in. */
export async function renameIdentityProvider(
  client: PoolClient,
  organizationId: string,
  masterKeys: MasterKeys | undefined,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const vault = new Vault(client, organizationId, masterKeys);
  const stored = await query<StoredProvider>(client, IDENTITY_PROVIDERS, [organizationId]);
  const keys = stored.find((row) => row.identity_provider === from)?.keys ?? [];
  await new ServiceProviderKeys(client, vault, organizationId, from, keys).rename(to);
  for (const nameOf of [clientSecretName, clientKeysName]) {
    const secret = await vault.read(nameOf(from));
    if (secret === undefined) continue;
    await vault.write(nameOf(to), secret);
    await vault.delete(nameOf(from));
  }
  await query(client, sql.RENAME_IDENTITY_PROVIDER, [organizationId, from, to]);
  await query(client, RENAME_EVIDENCE, [organizationId, from, to]);
}

/** Ends every session that an IdP opened which is disabled or gone by now; returns how many. */
export async function endSessionsOfDisabled(client: PoolClient, organizationId: string): Promise<number> {
  const [row] = await query<{ sessions: number }>(client, sql.END_SESSIONS_OF_DISABLED, [organizationId]);
  return row?.sessions ?? 0;
}
