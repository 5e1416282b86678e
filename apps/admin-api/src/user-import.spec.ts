import type { OrganizationDocument } from '@rolecall/org-config';
import { seedOrganization } from '@rolecall/persistence/testing';
import { mistakes } from './api/validate.ts';
import { everyRow } from './testing/rows.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { readCsv } from './users/csv.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const SPEC = {
    scopes: { 'account/main': {}, 'account/partner': {} },
    roles: { writer: {} },
    jit: {},
    emailDomains: { 'acme.example': { verification: 'asserted' } },
    authorization: { appScopes: ['account/partner'], accountAttributes: { Main: 'account/main' } },
  };
  await api.client.apply(requestOf([organization('acme', SPEC)]));
  const { database } = api.database;
  const { organizationId } = (await database.registry.record('acme'))!;
  await database.inOrganization(organizationId, async (tx) => {
    const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: 'eve' } };
    const { user } = await tx.createUser(subject, { email: 'eve@acme.example' }, {}, new Date());
    const given = {
      scope: 'account/main',
      role: 'member',
      sources: [{ kind: 'accountAttribute', name: 'Main' }],
    } as const;
    await tx.replaceGrants(user.userId, 1, [given], [], new Date());
  });
});
afterAll(() => api?.close());

const send = (lines: readonly string[], more: object = {}) =>
  api.client.call<{ created: number; changed: number; unchanged: number } & ErrorBody>(
    'POST',
    '/v1/organizations/acme/users/import',
    { csv: lines.map((line) => `${line}\r\n`).join(''), ...more },
  );
const HEAD = 'email,displayName,Main,account/partner';
const role = (...roles: string[]) => `"${JSON.stringify({ roles }).replaceAll('"', '""')}"`;
const GOOD = [
  HEAD,
  `EVE@acme.example,Eve,${role('member')},${role('writer')}`,
  `ann@acme.example,"O'Neil, Ann",,${role('member')}`,
];
const rolesOf = async (email: string) => {
  const path = `/v1/organizations/acme/users?email=${email}`;
  const { json } = await api.client.call<{ users: { grants: { role: string; scope: string }[] }[] }>('GET', path);
  return json.users[0]?.grants.map((grant) => `${grant.role}@${grant.scope}`);
};

it('says what it would do, and writes nothing, unless it is to be applied', async () => {
  const before = await everyRow(api.database.ownerUrl);
  const { status, json } = await send(GOOD);
  expect([status, mistakes('ImportedUsers', json)]).toEqual([200, []]);
  expect(json).toEqual({ applied: false, created: 1, changed: 1, unchanged: 0 });
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
});

it('binds existing users by address, creates the others, and does nothing the second time', async () => {
  expect((await send(GOOD, { apply: true })).json).toMatchObject({ applied: true, created: 1, changed: 1 });
  expect(await rolesOf('eve@acme.example')).toEqual(['member@account/main', 'writer@account/partner']);
  expect(await rolesOf('ann@acme.example')).toEqual(['member@account/partner']);
  expect((await send(GOOD, { apply: true })).json).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
  expect((await send([HEAD, 'ann@acme.example,,,{}'], { apply: true })).json).toMatchObject({ changed: 1 });
  expect(await rolesOf('ann@acme.example')).toEqual([]);
});

it('imports nobody when a line is wrong, and tells every mistake by its line', async () => {
  const before = await everyRow(api.database.ownerUrl);
  const lines = [
    HEAD,
    'zoe@acme.example,,,{}',
    'no address,,,{}',
    'a@acme.example,,,yes',
    `b@acme.example,,,${role('none')}`,
    'zoe@acme.example',
  ];
  const { status, json } = await send(lines, { apply: true });
  expect([status, json.error.code]).toEqual([422, 'import_invalid']);
  expect(json.error.diagnostics?.map(({ message }) => message)).toEqual([
    'line 3, email: is no plain e-mail address',
    'line 4, account/partner: is no role map such as {"roles": ["member"]}; {} is no role',
    'line 5, account/partner: the organization declares no role "none"',
    'line 6, email: an earlier line has this address',
  ]);
  const mapped = await send(
    [HEAD, 'zoe@acme.example,,,{}', `x@acme.example,,${role('member')},`, 'y@evil.example,,,{}'],
    { apply: true },
  );
  expect(mapped.json.error.diagnostics?.map(({ message }) => String(message).slice(0, 64))).toEqual([
    'line 3, email: roles on account/main come from what the identity',
    'line 4, email: the organization lets in addresses of acme.exampl',
  ]);
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
});

const TWICE = 'line 1, Main: is the same account as the column account/main; keep one of the two';

it.each([
  ['no heading', ['eve@acme.example'], 'line 1, email: the first line names the columns'],
  ['an unknown column', [`${HEAD},role`, 'a@acme.example'], 'line 1, role: is no column; accounts are'],
  ['two columns of one scope', ['email,account/main,Main', 'a@acme.example'], TWICE],
  ['a broken quote', [HEAD, 'a@acme.example,"x'], 'line 2: a quoted cell does not end'],
  [
    'too many users',
    [HEAD, ...Array.from({ length: 10_001 }, (_, n) => `u${n}@acme.example`)],
    'line 1: at most 10000 users',
  ],
])('refuses %s', async (_what, lines, message) => {
  const { status, json } = await send(lines);
  expect([status, json.error.diagnostics?.[0]?.['message']]).toEqual([422, expect.stringContaining(message)]);
});

it.each([
  ['a heading of many columns', ['email,'.repeat(800_000)], 'line 1: more columns than the 8 that a file'],
  [
    'a heading of many unknown columns',
    [`email,${Array.from({ length: 700_000 }, (_, n) => n).join(',')}`],
    'line 1: more columns',
  ],
  ['many cells in a row', [HEAD, 'a@acme.example,'.repeat(320_000)], 'line 2: has more cells than the first line'],
])('reads %s in no time', async (_what, lines, message) => {
  const begun = process.cpuUsage();
  const { status, json } = await send(lines);
  expect([status, json.error.diagnostics?.[0]?.['message']]).toEqual([422, expect.stringContaining(message)]);
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(2_000);
});

it('tells a hundred mistakes, and looks for no more', async () => {
  const { json } = await send([HEAD, ...Array.from({ length: 1_000 }, () => 'no address,,,yes')]);
  expect(json.error.message).toBe('nothing was imported: at least 100 mistakes are to be mended');
  expect(json.error.diagnostics).toHaveLength(100);
});

it('refuses fields that nobody asked for (security.md 24)', async () => {
  expect((await send(GOOD, { status: 'active' })).status).toBe(400);
  expect((await send(GOOD, { apply: 'yes' })).status).toBe(400);
});

describe('where SSO is enforced', () => {
  const login = { enforceSso: true, recoveryAdmins: ['it@acme.example'] };
  const SCOPES = ['account/main', 'account/partner'];
  let name: string;
  let made = 0;

  /** Active users, and on how many accounts each administers. */
  const administered = async (users: Readonly<Record<string, number>>) => {
    const { database } = api.database;
    name = `admins-${++made}`;
    const scopes = Object.fromEntries(SCOPES.map((scope) => [scope, {}]));
    const more = { authorization: { managedBy: 'app' }, guestDomains: ['acme.example'] };
    const document = organization(name, { scopes, login, ...more }) as OrganizationDocument;
    const { id } = await seedOrganization(database, document, {});
    await database.inOrganization(id, async (tx) => {
      for (const [user, accounts] of Object.entries(users)) {
        const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: user } };
        const { userId } = (await tx.createUser(subject, { email: `${user}@acme.example` }, {}, new Date())).user;
        const source = { kind: 'app', by: 'token/x', at: new Date().toISOString() } as const;
        const roles = SCOPES.slice(0, accounts).map((scope) => ({ userId, scope, role: 'sso_admin' }));
        await tx.users.grant(roles, { source, revision: 1, now: new Date() });
      }
    });
  };
  const sent = async (lines: readonly string[], query = '', apply = true) => {
    const csv = ['email,account/main,account/partner', ...lines].join('\n');
    const path = `/v1/organizations/${name}/users/import${query}`;
    const { status, json } = await api.client.call<ErrorBody>('POST', path, { csv, apply });
    return [status, json.error?.code];
  };
  const ADMIN = role('sso_admin');
  const REFUSED = [409, 'no_sso_admin'];
  const DONE = [200, undefined];

  it('takes the role from one account of the last administrator, who keeps it on another', async () => {
    await administered({ eve: 2 });
    expect(await sent(['eve@acme.example,,{}'])).toEqual(DONE);
  });

  it('hands the role over, in whichever order the lines are', async () => {
    await administered({ eve: 1, bob: 0 });
    expect(await sent(['eve@acme.example,{},', `bob@acme.example,${ADMIN},`])).toEqual(DONE);
    expect(await sent([`eve@acme.example,${ADMIN},`, 'bob@acme.example,{},'])).toEqual(DONE);
    expect(await sent([`eve@acme.example,{},${ADMIN}`])).toEqual(DONE);
  });

  it('refuses to take it from everybody, also in a dry run, unless that is said', async () => {
    await administered({ eve: 2, bob: 1 });
    const nobody = ['eve@acme.example,{},{}', 'bob@acme.example,{},', `ann@acme.example,${ADMIN},`];
    expect(await sent(nobody)).toEqual(REFUSED);
    expect(await sent(nobody, '', false)).toEqual(REFUSED);
    expect(await sent(nobody.slice(1))).toEqual(DONE);
    expect(await sent(nobody.slice(0, 1))).toEqual(REFUSED);
    expect(await sent(nobody.slice(0, 1), '?lastSsoAdmin=true')).toEqual(DONE);
  });
});

describe('readCsv', () => {
  it('reads quotes, commas and line ends in cells, a byte order mark, and what the export neutralised', () => {
    const text = '\ufeffa,"b ""c"", d"\r\n\r\n"x\r\ny",\'=1+1\n\'plain,2';
    expect(readCsv(text)).toEqual({
      rows: [
        { line: 1, cells: ['a', 'b "c", d'] },
        { line: 3, cells: ['x\r\ny', '=1+1'] },
        { line: 5, cells: ["'plain", '2'] },
      ],
    });
  });

  it('reads a large file in no time', () => {
    const begun = process.cpuUsage();
    expect(readCsv('"'.repeat(5_000_001))).toEqual({ brokenAt: 1 });
    expect(readCsv('a,'.repeat(2_500_000))).toMatchObject({ rows: [{ line: 1 }] });
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(2_000);
  });
});
