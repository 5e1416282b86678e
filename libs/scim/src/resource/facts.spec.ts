import { ACCOUNTS_SCHEMA, ENTERPRISE_SCHEMA } from '../schema/extensions.ts';
import { directorySchemas } from '../schema/registry.ts';
import { factsOfUser, profileOf } from './facts.ts';
import { emailKeys, emailOf, groupKeys, userKeys } from './keys.ts';

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const { user } = directorySchemas({
  mode: 'tolerant',
  extension: {
    urn: URN,
    attributes: {
      badge: { type: 'integer' },
      skills: { multiValued: true },
      desk: { type: 'complex', subAttributes: { floor: { type: 'integer' } } },
      groups: { multiValued: true },
      email: {},
      title: {},
      photo: { type: 'binary' },
    },
  },
});

const body = {
  externalId: '00u1',
  userName: 'ada',
  active: false,
  title: 'Dr',
  name: { givenName: 'Ada', familyName: 'Lovelace', formatted: 'Ada L.' },
  emails: [{ value: 'ada@home.example', type: 'home' }, { value: 'Ada@acme.com', type: 'Work' }, { type: 'other' }],
  phoneNumbers: [{ value: '+1' }],
  roles: [{ value: 'a' }, { value: 'b', type: 'x' }],
  [ENTERPRISE_SCHEMA]: { department: 'Tours', manager: { value: 'm1' } },
  [URN]: {
    badge: 7,
    skills: ['sql', 'go'],
    desk: { floor: 3 },
    groups: ['admins'],
    email: 'x@evil.example',
    photo: 'aGk',
  },
};

it('T2 T3 facts of a user: its own, the profile, the extensions by both names, its groups', () => {
  const groups = [
    { groupId: 'g1', displayName: 'Engineers', externalId: 'e1', formerNames: ['Coders', 'Hackers'] },
    { groupId: 'g2', displayName: 'Admins', formerNames: ['Engineers'] },
  ];
  expect(Object.fromEntries(factsOfUser(body, groups, user))).toEqual({
    externalId: ['00u1'],
    userName: ['ada'],
    active: ['false'],
    title: ['Dr'],
    'name.givenName': ['Ada'],
    'name.familyName': ['Lovelace'],
    'name.formatted': ['Ada L.'],
    emails: ['ada@home.example', 'Ada@acme.com'],
    roles: ['a', 'b'],
    email: ['Ada@acme.com'],
    givenName: ['Ada'],
    familyName: ['Lovelace'],
    displayName: ['Ada L.'],
    groups: ['Engineers', 'Admins', 'Coders', 'Hackers'],
    groupIds: ['g1', 'e1', 'g2'],
    department: ['Tours'],
    'manager.value': ['m1'],
    [`${ENTERPRISE_SCHEMA}:department`]: ['Tours'],
    [`${ENTERPRISE_SCHEMA}:manager.value`]: ['m1'],
    badge: ['7'],
    skills: ['sql', 'go'],
    'desk.floor': ['3'],
    [`${URN}:badge`]: ['7'],
    [`${URN}:skills`]: ['sql', 'go'],
    [`${URN}:desk.floor`]: ['3'],
    [`${URN}:groups`]: ['admins'],
    [`${URN}:email`]: ['x@evil.example'],
  });
});

it('a user in no group is known to be in none', () => {
  expect(Object.fromEntries(factsOfUser({ userName: 'ada' }, [], user))).toEqual({
    userName: ['ada'],
    groups: [],
    groupIds: [],
  });
});

it('accounts are role maps under their names, and never take a name that something else can have', () => {
  const account = (value: string, more: object = {}) => ({ value, roles: ['editor'], ...more });
  const accounts = [
    account('MainAccRole', { teams: ['vip'], status: 'active' }),
    account('Left', { status: 'Inactive', teams: ['vip'] }),
    { value: 'Bare' },
    account('__proto__'),
    ...['userName', 'email', 'groups', 'groupIds', 'title', 'externalId', 'department', 'id'].map((name) =>
      account(name),
    ),
  ];
  const facts = factsOfUser(
    { userName: 'ada', [ENTERPRISE_SCHEMA]: { department: 'Tours' }, [ACCOUNTS_SCHEMA]: { accounts } },
    [],
    user,
  );
  expect([...facts]).toEqual([
    ['userName', ['ada']],
    ['groups', []],
    ['groupIds', []],
    [`${ENTERPRISE_SCHEMA}:department`, ['Tours']],
    ['department', ['Tours']],
    ['MainAccRole', ['{"roles":["editor"]}']],
    ['MainAccRole.teams', ['vip']],
    ['Left', ['{"roles":[]}']],
    ['Bare', ['{"roles":[]}']],
    ['__proto__', ['{"roles":["editor"]}']],
  ]);
});

it('the address of a user: primary, else work, else the first', () => {
  const [home, work] = [
    { value: 'h@x.example', type: 'home' },
    { value: 'w@x.example', type: 'WORK' },
  ];
  expect(emailOf({ emails: [home, work, { value: 'p@x.example', primary: true }] })).toBe('p@x.example');
  expect(emailOf({ emails: [home, { primary: true }, work] })).toBe('w@x.example');
  expect(emailOf({ emails: [home] })).toBe('h@x.example');
  expect(emailOf({ userName: 'ada@x.example' })).toBeUndefined();
  expect(profileOf({ userName: 'ada', displayName: 'Ada' })).toEqual({ displayName: 'Ada' });
});

it('C3 F7 keys are without case, ids as they are', () => {
  expect(userKeys({ ...body, userName: 'ADA', displayName: 'ÀDA' })).toEqual({
    userName: 'ADA',
    userNameKey: 'ada',
    externalId: '00u1',
    displayNameKey: 'àda',
    active: false,
  });
  expect(userKeys({ userName: 'ada' })).toMatchObject({ active: true, externalId: undefined });
  expect(groupKeys({ displayName: 'ADMINS' })).toEqual({
    displayName: 'ADMINS',
    displayNameKey: 'admins',
    externalId: undefined,
  });
  expect(emailKeys(body)).toEqual([
    { position: 0, valueKey: 'ada@home.example', typeKey: 'home', isPrimary: false },
    { position: 1, valueKey: 'ada@acme.com', typeKey: 'work', isPrimary: false },
  ]);
});
