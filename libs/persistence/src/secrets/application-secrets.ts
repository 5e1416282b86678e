import type { PoolClient } from 'pg';
import { clientSecrets } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { NewRevision } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import type { MasterKeys } from './master-keys.ts';
import { APPLICATION_SECRETS, secretNameOf } from './secret-names.ts';
import { KEEP_SECRETS } from './statements.ts';
import { Vault } from './vault.ts';

/** Names of the applications that prove themselves by a secret. */
function withSecret(document: OrganizationDocument): readonly string[] {
  return clientSecrets(document).flatMap(({ map, name }) => (map === 'applications' ? [name] : []));
}

/**
 * Seals the client secrets that a revision brings for its applications, and deletes those of applications that have none any more.
 * @param is `new`: the organization was just made, and has none yet
 */
export async function replaceApplicationSecrets(
  client: PoolClient,
  organizationId: string,
  masterKeys: MasterKeys | undefined,
  { document, applicationSecrets = {} }: Pick<NewRevision, 'document' | 'applicationSecrets'>,
  is: 'new' | 'known' = 'known',
): Promise<void> {
  const names = withSecret(document);
  const vault = new Vault(client, organizationId, masterKeys);
  for (const name of names) {
    const secret = applicationSecrets[name];
    if (secret !== undefined) await vault.write(secretNameOf({ map: 'applications', name }), secret);
  }
  if (is === 'new') return;
  const kept = names.map((name) => secretNameOf({ map: 'applications', name }));
  await query(client, KEEP_SECRETS, [organizationId, APPLICATION_SECRETS, kept]);
}

/** The client secrets of the applications of this document, by name. SECRET. */
export async function readApplicationSecrets(
  vault: Vault,
  document: OrganizationDocument,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  for (const name of withSecret(document)) {
    const secret = await vault.read(secretNameOf({ map: 'applications', name }));
    if (secret !== undefined) secrets.set(name, secret);
  }
  return secrets;
}

/** The secret of a renamed application is sealed anew, since its name is sealed in. */
export async function renameApplicationSecret(vault: Vault, from: string, to: string): Promise<void> {
  const secret = await vault.read(secretNameOf({ map: 'applications', name: from }));
  if (secret === undefined) return;
  await vault.write(secretNameOf({ map: 'applications', name: to }), secret);
  await vault.delete(secretNameOf({ map: 'applications', name: from }));
}
