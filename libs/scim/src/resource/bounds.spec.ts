import { ACCOUNTS_SCHEMA, ENTERPRISE_SCHEMA } from '../schema/extensions.ts';
import { directorySchemas } from '../schema/registry.ts';
import { MAX_MEMBERS } from './read-members.ts';
import { readGroup, readUser } from './read-resource.ts';

const schemas = directorySchemas({ mode: 'tolerant' });
const user = (more: object) => () => readUser({ userName: 'ada', ...more }, schemas);
const group = (more: object) => () => readGroup({ displayName: 'x', ...more }, schemas);
const refused = expect.objectContaining({ name: 'ScimError', status: 400, scimType: 'invalidValue' });
const text = (length: number) => 'x'.repeat(length);
const list = (length: number) => Array.from({ length }, (_, index) => ({ value: `v${index}` }));

it.each<[string, (size: number) => () => unknown, number]>([
  ['a text', (size) => user({ title: text(size) }), 16_384],
  ['userName', (size) => user({ userName: text(size) }), 512],
  ['externalId', (size) => user({ externalId: text(size) }), 512],
  ['an e-mail address', (size) => user({ emails: [{ value: text(size) }] }), 512],
  ['displayName of a user', (size) => user({ displayName: text(size) }), 512],
  ['displayName of a group', (size) => group({ displayName: text(size) }), 512],
  ['a list', (size) => user({ roles: list(size) }), 1_000],
  ['members', (size) => group({ members: list(size) }), MAX_MEMBERS],
  ['the id of a member', (size) => group({ members: [{ value: text(size) }] }), 256],
])('bounds %s', (_, read, most) => {
  expect(read(most)).not.toThrow();
  expect(read(most + 1)).toThrow(refused);
});

const keys = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, 1]));

it.each<[string, (size: number) => () => unknown, number]>([
  ['attributes', (size) => user(keys(size)), 999],
  ['attributes of a schema', (size) => user({ [ENTERPRISE_SCHEMA]: keys(size) }), 1_000],
  ['parts of an attribute', (size) => user({ name: keys(size) }), 1_000],
  ['parts of a member', (size) => group({ members: [{ value: 'x', ...keys(size) }] }), 999],
])('bounds the number of %s', (_, read, most) => {
  expect(read(most)).not.toThrow();
  expect(read(most + 1)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidSyntax' }));
});

it('bounds all values of a request together, members apart', () => {
  const addresses = (count: number) =>
    user({ addresses: list(count).map(({ value }) => ({ formatted: value + text(1_000) })) });
  expect(addresses(250)).not.toThrow();
  expect(addresses(270)).toThrow(refused);
  const accounts = (count: number) =>
    user({
      [ACCOUNTS_SCHEMA]: {
        accounts: list(100).map(({ value }) => ({ value, roles: list(count).map((each) => each.value) })),
      },
    });
  expect(accounts(100)).not.toThrow();
  expect(accounts(400)).toThrow(refused);
  expect(group({ members: list(20_000).map(({ value }) => ({ value: value + text(100) })) })).not.toThrow();
});

it('bounds what a text is found by after folding too, for it is the key of an index', () => {
  expect(user({ title: '\ufdfa'.repeat(200) })).not.toThrow();
  expect(user({ userName: '\ufdfa'.repeat(200) })).toThrow(refused);
});

it.each(['a\0b', '\ud800', 'a\udfff'])('refuses what can not be stored, wherever it stands', (bad) => {
  for (const body of [
    { userName: bad },
    { roles: [bad] },
    { emails: [{ value: bad }] },
    { name: { givenName: bad } },
  ]) {
    expect(user(body)).toThrow(refused);
  }
  expect(group({ members: [{ value: bad }] })).toThrow(refused);
});

it('E5 an error names the attribute, never what it said', () => {
  const secret = 'S3CRET';
  const bodies = [
    { active: secret },
    { userName: { secret } },
    { title: [secret, secret] },
    { emails: [{ value: secret, primary: secret }] },
    {
      emails: [
        { value: 'a', primary: true },
        { value: secret, primary: true },
      ],
    },
    { x509Certificates: [{ value: `${secret}!` }] },
    { name: secret },
    { addresses: [secret] },
    { schemas: secret + text(200) },
    { title: `${secret}\0` },
    { userName: secret + text(600) },
    { [`${secret} `]: 1, active: 'x' },
  ];
  for (const mode of ['tolerant', 'strict'] as const) {
    for (const body of bodies) {
      const read = () => readUser({ userName: 'ada', ...body }, directorySchemas({ mode }));
      let detail = '';
      try {
        read();
      } catch (error) {
        detail = (error as Error).message;
      }
      expect(detail).not.toContain(secret);
    }
  }
});
