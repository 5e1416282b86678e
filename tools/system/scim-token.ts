import { openDatabase } from '@rolecall/persistence';
import { effective } from '@rolecall/org-config';

/** The directory of `config-examples/` that a newcomer tries. */
const DEMO = { organization: 'acme', token: 'demo' } as const;

/**
 * A token of the demo directory: `known` when it is still good, else a new one. undefined when the applied documents have no such
 * directory (any more).
 */
export async function ensureScimToken(url: string, known: string | undefined, now: Date): Promise<string | undefined> {
  const database = await openDatabase({ url, withIdentityProviders: false, poolSize: 1 });
  try {
    if (known !== undefined && (await database.directoryTokens.authenticate(known, now))) return known;
    const organization = await database.organizations.byName(DEMO.organization);
    const declared = organization && effective(organization.document).scim?.tokens[DEMO.token];
    if (!declared) return undefined;
    const { rotateSeconds, overlapSeconds } = declared;
    const token = { name: DEMO.token, revision: organization.revision, rotateSeconds, overlapSeconds };
    const issued = await database.directoryTokens.issue(organization.organizationId, token, { by: 'npm start', now });
    return issued === 'too_many' ? undefined : issued.value;
  } finally {
    await database.close();
  }
}
