import { X509Certificate } from 'node:crypto';
import type { PoolClient } from 'pg';
import { expiringExemptions, expiringSecrets, serviceProviderKeysOf } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { IDENTITY_PROVIDERS } from '../organizations/statements.ts';
import type { ServiceProviderKeyJson } from '../secrets/service-provider-keys.ts';
import { query } from '../sql.ts';
import type { ExpiryKind } from '../stores/expiry.ts';
import { REPLACE_ITEMS } from './statements.ts';

interface Item {
  readonly kind: ExpiryKind;
  readonly name: string;
  readonly expires_at: Date;
}

/**
 * Puts into the register what an apply brings: ends of client secrets and exemptions, as declared, and of our own newest keys. Of
 * exemptions their number alone: the register has nothing of a person.
 */
export async function noteExpiringItems(
  client: PoolClient,
  organizationId: string,
  document: OrganizationDocument,
  now: Date,
): Promise<void> {
  const secrets = expiringSecrets(document, now).map(({ map, name, endsAt }): Item => {
    return { kind: map === 'applications' ? 'application-secret' : 'client-secret', name, expires_at: endsAt };
  });
  const exemptions = expiringExemptions(document).map(({ expires, endsAt, people }): Item => {
    const name = `${people} ${people === 1 ? 'person' : 'people'} until ${expires}`;
    return { kind: 'exemption', name, expires_at: endsAt };
  });
  const keys = hasOwnKeys(document) ? await keysOf(client, organizationId) : [];
  await query(client, REPLACE_ITEMS, [organizationId, JSON.stringify([...secrets, ...exemptions, ...keys])]);
}

function hasOwnKeys({ spec }: OrganizationDocument): boolean {
  const providers = Object.values(spec.identityProviders ?? {});
  return providers.some((provider) => provider.type === 'saml' && serviceProviderKeysOf(provider) !== undefined);
}

async function keysOf(client: PoolClient, organizationId: string): Promise<readonly Item[]> {
  const rows = await query<ProviderRow>(client, IDENTITY_PROVIDERS, [organizationId]);
  return rows.flatMap(({ identity_provider: name, keys }) => newestKeys(name, keys ?? []));
}

interface ProviderRow {
  readonly identity_provider: string;
  readonly keys: readonly ServiceProviderKeyJson[] | null;
}

/** A generation that others follow ends with its overlap; the last of each use is the one that somebody must replace. */
function newestKeys(identityProvider: string, generations: readonly ServiceProviderKeyJson[]): Item[] {
  const newest = new Map<string, ServiceProviderKeyJson>();
  for (const key of generations) {
    if ((newest.get(key.use)?.generation ?? 0) < key.generation) newest.set(key.use, key);
  }
  return [...newest.values()].map(({ use, certificate }) => {
    const expires = new Date(new X509Certificate(certificate).validTo);
    return { kind: 'sp-key', name: `${identityProvider}/${use}`, expires_at: expires };
  });
}
