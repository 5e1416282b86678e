import type { TestApi } from './test-api.ts';

/** How the test's directory asks. */
export const DIRECTORY_ACTOR = { tokenName: 'okta', traceId: '0'.repeat(32), at: new Date() };

/** A user whom a directory (SCIM) made, and who holds nothing. */
export async function directoryUser(
  api: TestApi,
  organization: string,
  profile: { readonly email?: string } = {},
): Promise<{ readonly organizationId: string; readonly userId: string }> {
  const { database } = api.database;
  const record = await database.registry.record(organization);
  if (record === undefined) throw new Error(`there is no organization ${organization}`);
  const { organizationId } = record;
  const how = { adoptEmail: undefined, reprovision: 'conflict', brake: undefined } as const;
  const decide = () => ({ revision: 1, facts: {}, profile, access: { grants: [], groups: [] } });
  const created = await database.directory.createUser(
    organizationId,
    { userName: 'dan' },
    how,
    decide,
    DIRECTORY_ACTOR,
  );
  if (created.outcome !== 'created') throw new Error(created.outcome);
  return { organizationId, userId: created.user.userId };
}
