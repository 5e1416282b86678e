import type { IdentityProvider } from '@rolecall/org-config';
import type { ClientKeyPair } from '../stores.ts';
import { clientKeysName, clientSecretName } from './secret-names.ts';
import type { Vault } from './vault.ts';

/** Seals the keys with which we prove to an OpenID provider who we are; nothing is written when they are stored. */
export async function writeClientKeys(
  vault: Vault,
  identityProvider: string,
  keys: readonly ClientKeyPair[],
): Promise<void> {
  const [name, text] = [clientKeysName(identityProvider), JSON.stringify(keys)];
  if ((await vault.read(name)) !== text) await vault.write(name, text);
}

export async function readClientKeys(
  vault: Vault,
  identityProvider: string,
): Promise<readonly ClientKeyPair[] | undefined> {
  const text = await vault.read(clientKeysName(identityProvider));
  return text === undefined ? undefined : (JSON.parse(text) as readonly ClientKeyPair[]);
}

/** Deletes what an OpenID provider, as it is declared now, does not use: secret, keys, or both. */
export async function deleteUnused(vault: Vault, name: string, declared: IdentityProvider | undefined): Promise<void> {
  const uses = declared?.type === 'oidc' ? usesClientKeys(declared) : undefined;
  if (uses !== false) await vault.delete(clientSecretName(name));
  if (uses !== true) await vault.delete(clientKeysName(name));
}

/** Whether a client of this document has keys of its own, and no secret. */
export function usesClientKeys(declared: IdentityProvider): boolean {
  return declared.type === 'oidc' && declared.clientAuthentication === 'private_key_jwt';
}
