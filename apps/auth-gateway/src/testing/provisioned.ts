import { v7 as uuidv7 } from 'uuid';
import type { TestWorld } from './test-world.ts';

/** What a SCIM client has said of somebody, as the tables have it. */
export interface Provisioned {
  readonly userName: string;
  readonly email?: string;
  readonly externalId?: string;
  readonly facts?: Readonly<Record<string, string | readonly string[]>>;
  /** Roles on `account/main`. */
  readonly roles?: readonly string[];
  readonly status?: 'invited' | 'disabled';
}

/** TEST ONLY. A user whom the directory provisioned. Returns the id. */
export async function provision(world: TestWorld, organization: string, said: Provisioned): Promise<string> {
  const { userName, email, externalId, facts = {}, roles = [], status = 'invited' } = said;
  const [org, id] = [world.idOf(organization), uuidv7()];
  await world.sql(
    `insert into users (org_id, user_id, status, email, display_name, deciding_identity_provider, deciding_name_id_format,
                        deciding_name_id, created_at, updated_at)
     values ($1, $2, $3, $4, 'Of The Directory', '@directory', 'scim', $5, $6, $6)`,
    [org, id, status, email, id, world.now],
  );
  await directoryRow(world, organization, id, { userName, externalId, active: status !== 'disabled', decides: true });
  await world.sql(
    `insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
     values ($1, $2, '@directory', 'scim', $3, $4, $5)`,
    [org, id, id, JSON.stringify({ userName, ...(email && { email }), ...facts }), world.now],
  );
  await world.sql(
    `insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
     select $1, $2, 'account/main', unnest($3::text[]), '[]', 1, $4`,
    [org, id, roles, world.now],
  );
  return id;
}

/** TEST ONLY. Puts a user into the directory without a change of what decides for them, as an adoption does. */
export async function directoryRow(
  world: TestWorld,
  organization: string,
  userId: string,
  {
    userName,
    externalId,
    active = true,
    decides = false,
  }: { userName: string; externalId?: string | undefined; active?: boolean; decides?: boolean },
): Promise<void> {
  await world.sql(
    `insert into directory_users (org_id, user_id, user_name, user_name_key, external_id, active, body, folded, version,
                                  decides, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, '{}', '{}', 1, $8, $7, $7)`,
    [world.idOf(organization), userId, userName, userName.toLowerCase(), externalId, active, world.now, decides],
  );
}
