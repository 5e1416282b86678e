import { ENTERPRISE_SCHEMA } from '../schema/extensions.ts';
import { directorySchemas } from '../schema/registry.ts';
import { USER_SCHEMA } from '../schema/user.ts';
import { locationOf, presentGroup, presentList, presentUser } from './present.ts';
import { readProjection } from './projection.ts';
import type { ProjectionParameters } from './projection.ts';

const baseUrl = 'https://scim.example.com/scim/v2';
const { user, group } = directorySchemas({ mode: 'tolerant' });
const [USER, MANAGER, GROUP] = [1, 2, 3].map((n) => `01890000-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
const meta = {
  created: new Date('2026-01-01T00:00:00.120Z'),
  lastModified: new Date('2026-01-02T00:00:00Z'),
  version: 7,
};
const ada = {
  userId: USER,
  body: {
    userName: 'ada',
    externalId: 'e1',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ value: 'ada@acme.com', type: 'work' }, { type: 'other' }],
    [ENTERPRISE_SCHEMA]: { department: 'Tours', manager: { value: MANAGER } },
    'urn:of:an:extension:that:left': { x: 1 },
  },
  meta,
  groups: [{ groupId: GROUP, displayName: 'Engineers' }],
};
const show = (parameters: ProjectionParameters) =>
  presentUser(ada, { baseUrl, resource: user, projection: readProjection(parameters, user) });

it('C1 T1 T6 T11 X23 V1 shows a whole user', () => {
  expect(show({})).toEqual({
    schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA],
    id: USER,
    externalId: 'e1',
    userName: 'ada',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    active: true,
    emails: [{ value: 'ada@acme.com', type: 'work' }, { type: 'other' }],
    groups: [{ value: GROUP, $ref: `${baseUrl}/Groups/${GROUP}`, display: 'Engineers', type: 'direct' }],
    [ENTERPRISE_SCHEMA]: { department: 'Tours', manager: { value: MANAGER, $ref: `${baseUrl}/Users/${MANAGER}` } },
    meta: {
      resourceType: 'User',
      created: '2026-01-01T00:00:00.120Z',
      lastModified: '2026-01-02T00:00:00.000Z',
      location: `${baseUrl}/Users/${USER}`,
      version: 'W/"7"',
    },
  });
  expect(Object.keys(show({}))).toEqual(expect.arrayContaining(['schemas', 'id']));
});

it('T11 an id can not lead out of its place', () => {
  expect(locationOf('User', '../Groups/1?x', baseUrl)).toBe(`${baseUrl}/Users/..%2FGroups%2F1%3Fx`);
});

it('shows a group with its members; C6 none = no attribute', () => {
  const engineers = { groupId: GROUP, body: { displayName: 'Engineers' }, meta };
  const how = { baseUrl, resource: group, projection: readProjection({}, group) };
  expect(
    presentGroup({ ...engineers, members: [{ userId: USER, display: 'Ada' }, { userId: MANAGER }] }, how),
  ).toMatchObject({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Engineers',
    members: [
      { value: USER, $ref: `${baseUrl}/Users/${USER}`, type: 'User', display: 'Ada' },
      { value: MANAGER, $ref: `${baseUrl}/Users/${MANAGER}`, type: 'User' },
    ],
    meta: { resourceType: 'Group', location: `${baseUrl}/Groups/${GROUP}` },
  });
  expect(presentGroup({ ...engineers, members: [] }, how)).not.toHaveProperty('members');
});

const always = { schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA], id: USER };

it.each<[string, object]>([
  ['userName', { userName: 'ada' }],
  ['USERNAME , externalid', { userName: 'ada', externalId: 'e1' }],
  ['name.givenName', { name: { givenName: 'Ada' } }],
  ['name.givenName,name', { name: ada.body.name }],
  ['name,name.givenName', { name: ada.body.name }],
  ['emails.value', { emails: [{ value: 'ada@acme.com' }] }],
  ['emails[type eq "work"]', { emails: ada.body.emails }],
  ['emails[type eq "a,b"].value,title', { emails: [{ value: 'ada@acme.com' }] }],
  [`${USER_SCHEMA}:userName`, { userName: 'ada' }],
  [`${ENTERPRISE_SCHEMA}:department`, { [ENTERPRISE_SCHEMA]: { department: 'Tours' } }],
  [ENTERPRISE_SCHEMA.toUpperCase(), { [ENTERPRISE_SCHEMA]: (show({}) as Record<string, unknown>)[ENTERPRISE_SCHEMA] }],
  ['meta.version', { meta: { version: 'W/"7"' } }],
  ['password,shoeSize,__proto__', {}],
  ['id', {}],
])('A1 A2 A4 A5 attributes=%s', (attributes, expected) => {
  expect(show({ attributes })).toEqual({ ...always, ...expected });
  expect(show({ attributes: attributes.split(/,(?! *b)/) })).toEqual({ ...always, ...expected });
});

it.each<[string, readonly string[]]>([
  ['id,schemas', []],
  ['groups', ['groups']],
  ['Groups,META', ['groups', 'meta']],
  [ENTERPRISE_SCHEMA, [ENTERPRISE_SCHEMA]],
  ['emails.value,emails.type', ['emails']],
])('A1 excludedAttributes=%s', (excludedAttributes, gone) => {
  const left = Object.fromEntries(Object.entries(show({})).filter(([name]) => !gone.includes(name)));
  expect(show({ excludedAttributes })).toEqual(left);
});

it('A1 excludes a part', () => {
  expect(show({ excludedAttributes: 'name.familyName' })).toMatchObject({ name: { givenName: 'Ada' } });
  expect(show({ excludedAttributes: 'name.familyName' })).not.toHaveProperty('name.familyName');
});

it('A5 tells before any read whether members or groups are wanted', () => {
  const wants = (parameters: ProjectionParameters) => readProjection(parameters, group).wants('members');
  expect(wants({})).toBe(true);
  expect(wants({ attributes: 'displayName' })).toBe(false);
  expect(wants({ attributes: 'members.value' })).toBe(true);
  expect(wants({ excludedAttributes: 'Members' })).toBe(false);
  expect(wants({ excludedAttributes: 'members.display' })).toBe(true);
  expect(readProjection({}, user).wants('members')).toBe(false);
});

it('A3 refuses both at once, and more names than there can be', () => {
  const refused = expect.objectContaining({ status: 400, scimType: 'invalidValue' });
  expect(() => show({ attributes: 'id', excludedAttributes: 'meta' })).toThrow(refused);
  expect(() => show({ attributes: 'a,'.repeat(501) })).toThrow(refused);
  expect(() => show({ excludedAttributes: 'x'.repeat(20_000) })).toThrow(refused);
  expect(show({ attributes: 'id', excludedAttributes: ' ' })).toEqual(always);
});

it('F19 G2 G5 lists by index have startIndex, those by cursor never; Resources always', () => {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
  expect(presentList({ resources: [], total: 0, startIndex: 1 })).toEqual({
    schemas,
    totalResults: 0,
    startIndex: 1,
    itemsPerPage: 0,
    Resources: [],
  });
  expect(presentList({ resources: [{}], total: 9, nextCursor: 'abc' })).toEqual({
    schemas,
    totalResults: 9,
    itemsPerPage: 1,
    nextCursor: 'abc',
    Resources: [{}],
  });
  expect(presentList({ resources: [], total: undefined, nextCursor: undefined })).toEqual({
    schemas,
    itemsPerPage: 0,
    Resources: [],
  });
});
