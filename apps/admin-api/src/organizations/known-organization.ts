import type { Database, OrganizationRecord } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import { isSlug } from '../api/validate.ts';

/**
 * The organization that a path names.
 * @param name UNTRUSTED
 * @throws Problem 404 `unknown_organization`
 */
export async function knownOrganization(
  database: Pick<Database, 'registry'>,
  name: string,
): Promise<OrganizationRecord> {
  const record = isSlug(name) ? await database.registry.record(name) : undefined;
  if (record) return record;
  throw unknownOrganization();
}

/** The answer to a name that is nobody's, and to one that the token does not reach: nothing tells the two apart. */
export function unknownOrganization(): Problem {
  return new Problem(404, 'unknown_organization', 'there is no organization of this name');
}
