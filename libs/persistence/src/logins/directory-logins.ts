import type { PoolClient } from 'pg';
import { normalizeKey } from '@rolecall/scim';
import { overtaken } from '../errors.ts';
import { query } from '../sql.ts';
import type { ProvisionedUser, SubjectKey } from '../stores.ts';
import { FIND_PROVISIONED, RECORD_DIRECTORY_LOGIN } from './statements.ts';
import { subjectColumns, toStoredUser, type UserRow } from './stored-user.ts';

type ProvisionedRow = UserRow & { user_name_key: string; external_id: string | null; identity_providers: string[] };

/** Users of the directory whom the subject or its address names, with what does. */
export async function findProvisioned(
  client: PoolClient,
  organizationId: string,
  { nameId: { value } }: SubjectKey,
  email: string | undefined,
): Promise<readonly ProvisionedUser[]> {
  const said = [...new Set(email === undefined ? [value] : [value, email])];
  const values = [organizationId, said.map(normalizeKey), value, email ?? null];
  const rows = await query<ProvisionedRow>(client, FIND_PROVISIONED, values);
  return rows.map((row) => {
    const names = (it: string) =>
      normalizeKey(it) === row.user_name_key ||
      (it === value && it === row.external_id) ||
      (it === email && it.toLowerCase() === row.email?.toLowerCase());
    const namedBy = said.filter(names).map((it) => ({
      value: it,
      isAddress: normalizeKey(it).includes('@'), // asked of what was compared, or another spelling is believed as a bare name
      isSubject: it === value,
    }));
    return { user: toStoredUser(row), identityProviders: row.identity_providers, namedBy };
  });
}

/** The user was here, and nothing else of the user changes. */
export async function recordDirectoryLogin(
  client: PoolClient,
  organizationId: string,
  userId: string,
  subject: SubjectKey,
  { links, now }: { readonly links: boolean; readonly now: Date },
): Promise<void> {
  const values = [organizationId, userId, ...subjectColumns(subject), now, links];
  const [row] = await query<{ recorded: boolean }>(client, RECORD_DIRECTORY_LOGIN, values);
  if (row?.recorded !== true) throw overtaken();
}
