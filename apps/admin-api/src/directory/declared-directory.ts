import { effective } from '@rolecall/org-config';
import type { EffectiveScim } from '@rolecall/org-config';
import type { Database, OrganizationRecord } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import { knownOrganization } from '../organizations/known-organization.ts';

/** The public base URL of the SCIM server. */
export const SCIM_URL = Symbol('SCIM_URL');

/** What is entered at an identity provider. One address for all: the token tells the organization. */
export const scimBaseUrl = (scimUrl: string) => `${scimUrl}/scim/v2`;

/**
 * The organization that a path names, and the directory that its live document declares.
 * @param name UNTRUSTED
 * @throws Problem 404 `unknown_organization`, `no_directory`
 */
export async function declaredDirectory(
  database: Pick<Database, 'registry'>,
  name: string,
): Promise<{ readonly record: OrganizationRecord; readonly scim: EffectiveScim }> {
  const record = await knownOrganization(database, name);
  const { scim } = effective(record.document);
  if (scim) return { record, scim };
  const sentence = `${record.name} has no directory; declare one under spec.scim and apply it`;
  throw new Problem(404, 'no_directory', sentence);
}
