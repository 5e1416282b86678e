import type { Json } from '../testing/test-server.ts';

/** What another organization has: ids that a stranger may have come by, and names that it may guess. */
export interface Foreign {
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly userNames: readonly string[];
  readonly externalIds: readonly string[];
  readonly groupNames: readonly string[];
  /** Of a list that its own client began. */
  readonly cursor: string;
}

/** What the client itself has, for the requests that mix the two. */
export interface Own {
  readonly groupId: string;
  readonly userId: string;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the answer must be; absent = anything that is no 5xx. */
  readonly expect?: 'not_found' | 'empty' | 'refused';
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

const patch = (...operations: Json[]): Json => ({ schemas: [PATCH_OP], Operations: operations });

/** Everything that can be asked with the ids and names of another organization: each route, filter, reference and bulk operation. */
export function foreignRequests(foreign: Foreign, own: Own): readonly Asked[] {
  return [...resources(foreign), ...filters(foreign), ...references(foreign, own), ...bulks(foreign, own)];
}

function resources({ userIds, groupIds, cursor }: Foreign): Asked[] {
  const each = (path: string, schema: string, name: string): Asked[] => [
    { method: 'GET', path },
    { method: 'GET', path: `${path}?attributes=displayName,members,groups` },
    { method: 'GET', path, headers: { 'if-none-match': 'W/"1"' } },
    { method: 'PUT', path, body: { schemas: [schema], [name]: 'taken over' } },
    { method: 'PUT', path, body: { schemas: [schema], [name]: 'taken over' }, headers: { 'if-match': '*' } },
    { method: 'PATCH', path, body: patch({ op: 'replace', path: 'displayName', value: 'taken over' }) },
    { method: 'PATCH', path, body: patch({ op: 'replace', value: { displayName: 'taken over' } }) },
    { method: 'DELETE', path },
    { method: 'DELETE', path, headers: { 'if-match': 'W/"1"' } },
  ];
  const known = [
    ...userIds.flatMap((id) => each(`Users/${id}`, USER, 'userName')),
    ...groupIds.flatMap((id) => each(`Groups/${id}`, GROUP, 'displayName')),
    // an id of one kind in the place of the other
    ...userIds.flatMap((id) => each(`Groups/${id}`, GROUP, 'displayName')),
    ...groupIds.flatMap((id) => each(`Users/${id}`, USER, 'userName')),
  ].map((asked): Asked => ({ ...asked, expect: 'not_found' }));
  const pages = ['Users', 'Groups'].map((type): Asked => ({
    method: 'GET',
    path: `${type}?cursor=${encodeURIComponent(cursor)}&count=1`,
    expect: 'refused',
  }));
  return [...known, ...pages];
}

function filters({ userIds, groupIds, userNames, externalIds, groupNames }: Foreign): Asked[] {
  const ofUsers = [
    ...userIds.flatMap((id) => [`id eq "${id}"`, `id ge "${id}" and id le "${id}"`, `not (id ne "${id}")`]),
    ...userNames.flatMap((name) => [
      `userName eq "${name}"`,
      `userName sw "${name.slice(0, -1)}"`,
      `emails.value eq "${name}"`,
      `emails[type eq "work" and value eq "${name}"]`,
      `emails co "${name}" or userName co "${name}"`,
    ]),
    ...externalIds.map((id) => `externalId eq "${id}"`),
    ...groupIds.map((id) => `groups.value eq "${id}"`),
  ];
  const ofGroups = [
    ...groupIds.map((id) => `id eq "${id}"`),
    ...groupNames.flatMap((name) => [`displayName eq "${name}"`, `displayName sw "${name}"`]),
    ...userIds.flatMap((id) => [`members eq "${id}"`, `members.value eq "${id}"`, `members[value eq "${id}"]`]),
    ...userIds.flatMap((id) => groupIds.map((group) => `id eq "${group}" and members eq "${id}"`)),
  ];
  return [
    ...ofUsers.flatMap((filter) => asked('Users', filter)),
    ...ofGroups.flatMap((filter) => asked('Groups', filter)),
  ];
}

/** By query, by query with a page, and by `.search`. */
function asked(type: string, filter: string): Asked[] {
  const query = `${type}?filter=${encodeURIComponent(filter)}`;
  return [
    { method: 'GET', path: query, expect: 'empty' },
    { method: 'GET', path: `${query}&startIndex=1&count=5&sortBy=id`, expect: 'empty' },
    { method: 'POST', path: `${type}/.search`, body: { schemas: [SEARCH], filter }, expect: 'empty' },
  ];
}

function references({ userIds, groupIds }: Foreign, { groupId, userId }: Own): Asked[] {
  return userIds.flatMap((id, n): Asked[] => [
    {
      method: 'POST',
      path: 'Groups',
      body: { schemas: [GROUP], displayName: `refused ${n}`, members: [{ value: userId }, { value: id }] },
      expect: 'refused',
    },
    {
      method: 'PATCH',
      path: `Groups/${groupId}`,
      body: patch({ op: 'add', path: 'members', value: [{ value: id }] }),
      expect: 'refused',
    },
    {
      method: 'PUT',
      path: `Groups/${groupId}`,
      body: { schemas: [GROUP], displayName: 'Own', members: [{ value: id }] },
      expect: 'refused',
    },
    {
      method: 'PATCH',
      path: `Groups/${groupId}`,
      body: patch({ op: 'remove', path: `members[value eq "${id}"]` }),
    },
    ...groupIds.map((group): Asked => ({
      method: 'PATCH',
      path: `Groups/${groupId}`,
      body: patch({ op: 'add', path: 'members', value: [{ value: group, type: 'Group' }] }),
      expect: 'refused',
    })),
  ]);
}

function bulks({ userIds, groupIds }: Foreign, { groupId }: Own): Asked[] {
  const operations = [
    ...userIds.flatMap((id): Json[] => [
      { method: 'DELETE', path: `/Users/${id}` },
      { method: 'PUT', path: `/Users/${id}`, data: { schemas: [USER], userName: 'taken over' } },
      { method: 'PATCH', path: `/Users/${id}`, data: patch({ op: 'replace', path: 'title', value: 'x' }) },
      {
        method: 'PATCH',
        path: `/Groups/${groupId}`,
        data: patch({ op: 'add', path: 'members', value: [{ value: id }] }),
      },
    ]),
    ...groupIds.flatMap((id): Json[] => [
      { method: 'DELETE', path: `/Groups/${id}` },
      { method: 'PATCH', path: `/Groups/${id}`, data: patch({ op: 'replace', path: 'displayName', value: 'x' }) },
    ]),
  ];
  return [{ method: 'POST', path: 'Bulk', body: { schemas: [BULK], Operations: operations }, expect: 'refused' }];
}
