import type { PoolClient } from 'pg';
import type { HeldGrant, UserFacts } from '@rolecall/reconcile';
import type { FactsJson } from '@rolecall/role-mapping';
import { query } from '../sql.ts';
import { FACTS_OF_USERS, LOCK_ORGANIZATION, LOCK_USERS } from './user-statements.ts';

const BATCH = 1_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

interface FactsRow {
  user_id: string;
  active: boolean;
  identity_provider: string | null;
  facts: FactsJson | null;
  /** A line for each: scope, tab, role, and a tab more when somebody edited it. */
  grants: string | null;
  groups: string | null;
}

/**
 * Every user with a deciding identity or who holds something, by user id; the next ones are read while the caller works. With `lock` no login can
 * decide by the old rules behind its back: a user's row is locked before the facts are read, by a statement of its own since a
 * later one sees what the lock waited for, and nobody is created until the transaction ends.
 */
export async function* factsOfUsers(
  client: PoolClient,
  organizationId: string,
  lock: boolean,
): AsyncIterable<readonly UserFacts[]> {
  const read = async (after: string) => {
    const page = [organizationId, after, BATCH];
    const [, rows] = await Promise.all([
      lock ? query(client, LOCK_USERS, page) : undefined,
      query<FactsRow>(client, FACTS_OF_USERS, page),
    ]);
    return rows;
  };
  if (lock) await query(client, LOCK_ORGANIZATION, [organizationId]);
  let coming = read(BEFORE_ALL);
  for (;;) {
    const rows = await coming;
    const last = rows.length < BATCH ? undefined : rows.at(-1);
    if (last !== undefined) {
      coming = read(last.user_id);
      coming.catch(() => undefined); // while the caller works; it is thrown when it is waited for
    }
    const users = rows.flatMap(toUserFacts);
    if (users.length > 0) yield users;
    if (last === undefined) return;
  }
}

function toUserFacts(row: FactsRow): UserFacts[] {
  const { user_id: userId, identity_provider: identityProvider, active, facts } = row;
  if (identityProvider === null && row.grants === null && row.groups === null) return [];
  const grants = linesOf(row.grants).map((line): HeldGrant => {
    const [scope = '', role = '', edited] = line.split('\t');
    return edited === undefined ? { scope, role } : { scope, role, edited: true };
  });
  const decides = { identityProvider: identityProvider ?? undefined, facts: facts ?? {} };
  return [{ userId, active, ...decides, grants, groups: linesOf(row.groups) }];
}

function linesOf(text: string | null): string[] {
  return text === null ? [] : text.split('\n');
}
