import { directorySchemas } from './registry.ts';

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const { user, group } = directorySchemas({
  mode: 'tolerant',
  extension: {
    urn: URN,
    attributes: { badge: {}, desk: { type: 'complex', subAttributes: { floor: { type: 'integer' } } } },
  },
});

it.each([
  ['userName', undefined, 'userName', undefined],
  ['USERNAME', undefined, 'userName', undefined],
  ['Name.FAMILYNAME', undefined, 'name', 'familyName'],
  ['emails.value', undefined, 'emails', 'value'],
  ['members.$ref', undefined, undefined, undefined],
  ['meta.lastModified', undefined, 'meta', 'lastModified'],
  ['urn:ietf:params:scim:schemas:core:2.0:User:name.givenName', undefined, 'name', 'givenName'],
  ['URN:IETF:params:scim:schemas:extension:ENTERPRISE:2.0:User:Manager.$REF', 'enterprise', 'manager', '$ref'],
  [`${URN}:desk.floor`, 'acme', 'desk', 'floor'],
] as const)('X25 X26 F15 finds %s whatever its case', (path, extension, attribute, sub) => {
  const found = user.attribute(path);
  expect(found?.extension?.split(':').at(-3)).toBe(extension);
  expect(found?.attribute.name).toBe(attribute);
  expect(found?.sub?.name).toBe(sub);
});

it.each([
  '',
  '.',
  'name.',
  'name.x',
  'name.givenName.x',
  'badge',
  'urn:x:y',
  `${URN}:none`,
  `${URN}:`,
  `${URN}:userName`,
  '__proto__',
  'constructor',
  'name.toString',
  'urn:ietf:params:scim:schemas:core:2.0:Group:displayName',
])('X31 X24 there is no %j', (path) => expect(user.attribute(path)).toBeUndefined());

it('knows its schemas by URN, and not those of the other resource type', () => {
  expect(user.schema(URN.toUpperCase())?.extension).toBe(URN);
  expect(user.schema('urn:ietf:params:scim:schemas:core:2.0:user')).toMatchObject({ extension: undefined });
  expect(group.schema(URN)).toBeUndefined();
  expect(group.attribute('members.value')?.sub?.mutability).toBe('immutable');
});
