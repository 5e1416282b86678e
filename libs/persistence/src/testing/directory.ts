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
    const title = typeof body['title'] === 'string' ? [body['title']] : [];
    const roles = [...new Set([...title, ...names])].sort();
    const sources = [{ kind: 'rule' as const, name: 'r' }];
    const grants = roles.map((role): DecidedGrant => ({ scope: 'account/main', role, sources }));
    const { userName } = userKeys(body);
    const displayName = body['displayName'];
    return {
      revision,
      facts: { userName, groups: names },
      profile: {
        email: `${userName}@acme.example`,
        ...(typeof displayName === 'string' && { displayName }),
      },
      access: { grants, groups: [] },
    };
  };
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
