import type { DecidedGrant } from '@rolecall/role-mapping';
import { userKeys } from '@rolecall/scim';
import type { ResourceBody } from '@rolecall/scim';
import type { CreateHow, DecideAccess, DirectoryActor, GroupHow } from '../stores.ts';
import { workingFor } from '../sql.ts';
import { connected, NOW } from './fixture.ts';

export const CREATE: CreateHow = { adoptEmail: undefined, reprovision: 'reactivate', brake: undefined };
export const GROUPS: GroupHow = { uniqueNames: true, unknownMembers: 'refuse' };

export function actor(at = NOW): DirectoryActor {
  return { tokenName: 'okta', traceId: 'trace', at };
}

/** A user by its name; its e-mail address is derived from it. */
export function userBody(userName: string, more: ResourceBody = {}): ResourceBody {
  return {
    userName,
    active: true,
    emails: [{ value: `${userName}@acme.example`, type: 'work', primary: true }],
    ...more,
  };
}

/** Gives the role that the title names, and one role per name of a group, on account/main. */
export function decideBy(revision = 1): DecideAccess {
  return ({ body, groups }) => {
    const names = groups.flatMap(({ displayName, formerNames }) => [displayName, ...formerNames]);
    const groupIds = groups.flatMap(({ groupId, externalId = [] }) => [groupId].concat(externalId));
    const title = typeof body['title'] === 'string' ? [body['title']] : [];
    const roles = [...new Set([...title, ...names])].sort();
    const sources = [{ kind: 'rule' as const, name: 'r' }];
    const grants = roles.map((role): DecidedGrant => ({ scope: 'account/main', role, sources }));
    const { userName } = userKeys(body);
    const displayName = body['displayName'];
    return {
      revision,
      facts: { userName, groups: names, groupIds },
      profile: {
        email: `${userName}@acme.example`,
        ...(typeof displayName === 'string' && { displayName }),
      },
      access: { grants, groups: [] },
    };
  };
}

/**
 * Starts each when the one before waits with everything written but the audit log, or for a lock, or is done; lets them go on when all
 * of them wait. So they overlap, however fast the machine is. Not more than the database has connections.
 */
export async function atOneMoment<T>(
  ownerUrl: string,
  organizationId: string,
  each: readonly (() => Promise<T>)[],
): Promise<T[]> {
  return connected(ownerUrl, async (holder) => {
    await holder.query('begin');
    await holder.query('select from audit_heads where org_id = $1 for update', [organizationId]);
    const started = await startInTurn(ownerUrl, each);
    await holder.query('rollback');
    return Promise.all(started);
  });
}

/** The first one waits for the audit log, which must have a head, until all the others have come: so they go together. */
export async function afterFirst<T>(
  ownerUrl: string,
  organizationId: string,
  first: () => Promise<T>,
  others: readonly (() => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  return connected(ownerUrl, async (holder) => {
    await holder.query('begin');
    await holder.query('select from audit_heads where org_id = $1 for update', [organizationId]);
    const running = await startInTurn(ownerUrl, [first]);
    const all = Promise.allSettled([...running, ...others.map((start) => start())]);
    await holder.query('rollback');
    return all;
  });
}

/** More writes of one organization wait for their turn, without a connection. */
const WRITES_AT_ONCE = 4;

/** Starts each when those before wait for a lock (or for those that do) or are done. Asked on a connection of its own: within a transaction the view stays as it was first seen. */
export async function startInTurn<T>(ownerUrl: string, each: readonly (() => Promise<T>)[]): Promise<Promise<T>[]> {
  const waiting = `select count(*)::integer as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  const started: Promise<T>[] = [];
  let done = 0;
  const settled = () => (done += 1);
  await connected(ownerUrl, async (observer) => {
    for (const start of each) {
      started.push(start());
      started.at(-1)?.then(settled, settled);
      for (let n = 0; n < WRITES_AT_ONCE && done + n < started.length;)
        n = (await observer.query<{ n: number }>(waiting)).rows[0]!.n;
    }
  });
  return started;
}

/** Rows of an organization, as the runtime role sees them. What it writes stays only with a `commit` of its own. */
export async function organizationRows<T extends object>(
  url: string,
  organizationId: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  return connected(url, async (client) => {
    await client.query('begin');
    await client.query(workingFor(organizationId));
    return (await client.query<T>(sql, [...values])).rows;
  });
}
