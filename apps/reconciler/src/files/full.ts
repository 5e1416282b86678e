import { InvalidConfiguration } from '../invalid-configuration.ts';
import type { Client } from '../server/client.ts';
import { checkAll } from './check.ts';
import type { Checking } from './check.ts';
import type { Inventory } from './inventory.ts';
import { hasErrors } from './load.ts';

/**
 * Files whose documents are not what the server has, whatever was known of the files: everything is parsed and checked, and the
 * digest of each document compared with that of the live one.
 * @param live the digests of live documents, by organization
 * @throws InvalidConfiguration, CommandError
 */
export async function differingFiles(
  inventory: Inventory,
  live: () => Promise<ReadonlyMap<string, string>>,
  now: Date,
  told?: Checking['told'],
): Promise<ReadonlySet<string>> {
  const checked = await checkAll(inventory, now, told && { told });
  if (hasErrors(checked)) throw new InvalidConfiguration(checked.diagnostics, checked.sources);
  const digests = await live();
  const differing = checked.documents
    .filter(({ name, digest }) => digests.get(name) !== digest)
    .map(({ file }) => file);
  return new Set(checked.platformFile === undefined ? differing : [...differing, checked.platformFile]);
}

/** Of every organization that the token may see. @throws ServerRefusal, CommandError */
export async function liveDigests(client: Client): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Client['organizations']>> = await client.organizations(cursor);
    for (const { name, digest } of page.organizations) digests.set(name, digest);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return digests;
}
