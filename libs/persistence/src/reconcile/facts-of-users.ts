import type { PoolClient } from 'pg';
import type { UserFacts } from '@rolecall/reconcile';
import type { FactsJson } from '@rolecall/role-mapping';
import { query } from '../sql.ts';
import { FACTS_OF_USERS, LOCK_ORGANIZATION, LOCK_USERS } from './user-statements.ts';

const BATCH = 1_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

interface FactsRow {
  user_id: string;
  active: boolean;
  identity_provider: string | null;
  facts: FactsJson;
  grants: { scope: string; role: string }[];
  groups: string[];
}

/**
 * Every user with a deciding identity, by user id. With `lock` no login can decide by the old rules behind its back: a
 * user's row is locked before the facts are read, by a statement of its own since a later one sees what the lock waited
 * for, and nobody is created until the transaction ends.
 */
export async function* factsOfUsers(
  client: PoolClient,
  organizationId: string,
  lock: boolean,
): AsyncIterable<readonly UserFacts[]> {
  if (lock) await query(client, LOCK_ORGANIZATION, [organizationId]);
  let after = BEFORE_ALL;
  for (;;) {
    const page = [organizationId, after, BATCH];
    if (lock) await query(client, LOCK_USERS, page);
    const rows = await query<FactsRow>(client, FACTS_OF_USERS, page);
    const users = rows.flatMap(toUserFacts);
    if (users.length > 0) yield users;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last.user_id;
  }
}

function toUserFacts(row: FactsRow): UserFacts[] {
  const { user_id: userId, identity_provider: identityProvider, ...rest } = row;
  const { active, facts, grants, groups } = rest;
  return identityProvider === null ? [] : [{ userId, active, identityProvider, facts, grants, groups }];
}
