// What an identity provider asks of a SCIM server, as requests; for ours and for its peers.
import { filledGroup, filledMember, filledUser } from '@rolecall/persistence/testing';
import type { Pool } from 'undici';

export interface Directory {
  /** Base path of its SCIM endpoints. */
  readonly path: string;
  readonly token: string;
  /** Users that are measured; `users` counts those who join groups meanwhile, too. */
  readonly size: number;
  readonly users: number;
  /** Sizes of its groups, in the order of their numbers. */
  readonly groups: readonly number[];
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly path: string;
  readonly body?: object;
  readonly expect: number;
}

/** One request; throws when the answer is not the expected one, so that a refusal is never measured as fast. */
export async function ask(pool: Pool, directory: Directory, { method, path, body, expect }: Asked): Promise<string> {
  const response = await pool.request({
    method,
    path: `${directory.path}${path}`,
    headers: {
      authorization: `Bearer ${directory.token}`,
      ...(body && { 'content-type': 'application/scim+json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.body.text();
  if (response.statusCode !== expect)
    throw new Error(`${method} ${path} answered ${response.statusCode}: ${text.slice(0, 300)}`);
  return text;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export function newUser(name: string): object {
  return {
    schemas: [USER, ENTERPRISE],
    userName: `${name}@acme.example`,
    externalId: `ext-${name}`,
    active: true,
    displayName: `New ${name}`,
    title: 'title 7',
    name: { givenName: 'New', familyName: name },
    emails: [{ value: `${name}@acme.example`, type: 'work', primary: true }],
    [ENTERPRISE]: { department: 'department 7', employeeNumber: name },
  };
}

export function patch(...operations: readonly object[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** A user somewhere in the directory: neighbours in time are no neighbours in an index. */
function someUser({ size }: Directory, index: number): ReturnType<typeof filledUser> {
  return filledUser(((index * 7_919) % size) + 1);
}

/** A user who is in no group of this number: `index` counts those who joined. */
function joiner({ users, groups }: Directory, group: number, index: number): string {
  return filledUser(filledMember(group, (groups[group - 1] ?? 0) + index, { users })).id;
}

type Operation = (directory: Directory, index: number) => Asked;

const get = (path: string): Asked => ({ method: 'GET', path, expect: 200 });
const filtered = (filter: string): Asked => get(`/Users?filter=${encodeURIComponent(filter)}`);

/** By name, in the order of the report. `index` is of one directory and never comes twice. */
export const OPERATIONS = {
  'create a user': (_directory, index) => ({ method: 'POST', path: '/Users', body: newUser(`n${index}`), expect: 201 }),
  'get a user': (directory, index) => get(`/Users/${someUser(directory, index).id}`),
  'filter userName eq': (directory, index) =>
    filtered(`userName eq "${someUser(directory, index).userName.toUpperCase()}"`),
  'filter externalId eq': (directory, index) => filtered(`externalId eq "${someUser(directory, index).externalId}"`),
  'filter emails[type eq "work"].value eq': (directory, index) =>
    filtered(`emails[type eq "work"].value eq "${someUser(directory, index).workEmail}"`),
  'filter groups displayName eq, without members': (directory, index) =>
    get(
      `/Groups?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "${filledGroup((index % directory.groups.length) + 1).displayName}"`)}`,
    ),
  'list: first page of 100': () => get('/Users?startIndex=1&count=100'),
  'list: page of 100 at nine tenths, by index': ({ size }) =>
    get(`/Users?startIndex=${Math.floor(size * 0.9)}&count=100`),
  'patch one attribute': (directory, index) => ({
    method: 'PATCH',
    path: `/Users/${someUser(directory, index).id}`,
    body: patch({ op: 'replace', path: 'title', value: `title of ${index}` }),
    expect: 200,
  }),
  deactivate: (directory, index) => ({
    method: 'PATCH',
    // from the other end than the attributes that are patched
    path: `/Users/${filledUser(directory.users - index).id}`,
    body: patch({ op: 'Replace', path: 'active', value: 'False' }),
    expect: 200,
  }),
  'bulk of 20 creates': (_directory, index) => ({
    method: 'POST',
    path: '/Bulk',
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: Array.from({ length: 20 }, (_, n) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${n}`,
        data: newUser(`b${index}x${n}`),
      })),
    },
    expect: 200,
  }),
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** Adds users who are not in the group yet. `group` counts from 1; `index` never comes twice. */
export function addMembers(directory: Directory, group: number, index: number, members: number): Asked {
  const operations = Array.from({ length: members }, (_, n) => ({
    op: 'add',
    path: 'members',
    value: [{ value: joiner(directory, group, index * members + n) }],
  }));
  return { method: 'PATCH', path: `/Groups/${filledGroup(group).id}`, body: patch(...operations), expect: 204 };
}
