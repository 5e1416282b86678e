import fc from 'fast-check';
import { compareText, directorySchemas, parseFilter, readDateTime, readSortBy } from '@rolecall/scim';
import type { DirectorySearch } from '../../stores/directory-search.ts';
import {
  connected,
  document,
  later,
  METADATA_XML,
  NOW,
  poolOf,
  seedAcmeAndGlobex,
  useTestDatabase,
} from '../../testing/fixture.ts';
import { seedDirectory, seedOrganization } from '../../testing/index.ts';
import { directorySearch } from './directory-search.ts';
import { foldedBody } from './folded-body.ts';
import { endOfPrefix } from './scalar.ts';
import { searchStatement } from './search-statement.ts';
import { GROUPS, USERS } from './tables.ts';

const SCHEMAS = directorySchemas({ mode: 'strict' });
const ID = (n: number) => `019f0000-0000-7000-8000-00000000000${n}`;
const test = useTestDatabase();
let acme: string;
let globex: string;

const person = (n: number, body: object) => ({
  id: ID(n),
  body: { active: true, ...body },
  created: NOW,
  modified: later(n),
});

beforeAll(async () => {
  ({ acme, globex } = await seedAcmeAndGlobex(test.current));
  await connected(test.current.ownerUrl, async (owner) => {
    const users = [
      person(1, { userName: 'ada', displayName: 'Ada', emails: [{ value: 'ada@acme.com', type: 'work' }] }),
      person(2, { userName: 'Bob', displayName: '', title: 'VP and Head' }),
      person(3, { userName: 'eve', active: false }),
    ];
    const groups = [{ ...person(7, {}), body: { displayName: 'Admins' }, members: [ID(1), ID(2)] }];
    await seedDirectory(owner, acme, { users, groups });
    await seedDirectory(owner, globex, { users: [person(1, { userName: 'ada' })] });
  });
});

const ALL: DirectorySearch = {
  page: { startIndex: 1, count: 100 },
  withBody: true,
  withGroups: true,
  withMembers: true,
  total: true,
};
const filtered = (filter: string, type: 'user' | 'group' = 'user') => ({
  filter: parseFilter(filter, SCHEMAS[type], { mode: 'strict' }),
});
const users = (search: Partial<DirectorySearch>, organization = acme) =>
  test.current.database.directory.searchUsers(organization, { ...ALL, ...search }, NOW);
const names = async (search: Partial<DirectorySearch>) =>
  (await users(search)).resources.map(({ body }) => body['userName']);

it('G4 a page by index is the same whichever end is nearer', async () => {
  const seeded = await seedOrganization(test.current.database, document('paged'), { metadataXml: METADATA_XML });
  const ids = Array.from({ length: 25 }, (_, n) => ID(1).slice(0, -2) + String(n + 10));
  await connected(test.current.ownerUrl, (owner) =>
    seedDirectory(owner, seeded.id, {
      users: ids.map((id) => ({ ...person(1, { userName: id }), id })),
      groups: ids.map((id) => ({ ...person(1, {}), body: { displayName: id }, id, members: [] })),
    }),
  );
  const { directory } = test.current.database;
  for (let startIndex = 1; startIndex <= ids.length + 2; startIndex++) {
    for (const count of [0, 1, 7, 25]) {
      const asked = { ...ALL, withMembers: false, page: { startIndex, count } };
      const wanted = ids.slice(startIndex - 1, startIndex - 1 + count);
      const people = await directory.searchUsers(seeded.id, asked, NOW);
      expect([people.total, people.resources.map(({ userId }) => userId)]).toEqual([25, wanted]);
      const groups = await directory.searchGroups(seeded.id, asked, NOW);
      expect([groups.total, groups.resources.map(({ groupId }) => groupId)]).toEqual([25, wanted]);
    }
  }
});

it('shows users whole: body as written, instants, version, groups', async () => {
  const { resources, total } = await users(filtered('userName eq "ADA"'));
  expect(total).toBe(1);
  expect(resources).toEqual([
    {
      userId: ID(1),
      body: { userName: 'ada', displayName: 'Ada', active: true, emails: [{ value: 'ada@acme.com', type: 'work' }] },
      meta: { created: NOW, lastModified: later(1), version: 1 },
      groups: [{ groupId: ID(7), displayName: 'Admins' }],
    },
  ]);
});

it('shows groups whole: members by id, with the name that is displayed', async () => {
  const { resources } = await test.current.database.directory.searchGroups(acme, ALL, NOW);
  expect(resources).toEqual([
    {
      groupId: ID(7),
      body: { displayName: 'Admins' },
      meta: { created: NOW, lastModified: later(7), version: 1 },
      members: [
        { userId: ID(1), display: 'Ada' },
        { userId: ID(2), display: 'Bob' },
      ],
    },
  ]);
});

it('A1 A5 reads only what is shown', async () => {
  const bare = { withBody: false, withGroups: false, withMembers: false };
  const found = await users({ ...bare, ...filtered('userName eq "ada"') });
  expect(found.resources).toEqual([
    { userId: ID(1), body: {}, meta: { created: NOW, lastModified: later(1), version: 1 } },
  ]);
  const groups = await test.current.database.directory.searchGroups(acme, { ...ALL, ...bare }, NOW);
  expect(groups.resources[0]).not.toHaveProperty('members');
});

it.each<[string, Partial<DirectorySearch>, { shown: number; total: number | undefined }]>([
  ['G1 count=0: totals only', { page: { startIndex: 1, count: 0 } }, { shown: 0, total: 3 }],
  [
    'G1 count=0 with a filter',
    { ...filtered('active eq true'), page: { startIndex: 1, count: 0 } },
    { shown: 0, total: 2 },
  ],
  [
    'G2 totals of more than the page',
    { ...filtered('active eq true'), page: { startIndex: 1, count: 1 } },
    { shown: 1, total: 2 },
  ],
  ['G4 a page beyond the end', { page: { startIndex: 9, count: 2 } }, { shown: 0, total: 3 }],
  [
    'G4 a page beyond the end of a filter',
    { ...filtered('active eq true'), page: { startIndex: 9, count: 2 } },
    { shown: 0, total: 2 },
  ],
  ['F19 nothing found', filtered('userName eq "nobody"'), { shown: 0, total: 0 }],
  ['no total when nobody asks', { total: false }, { shown: 3, total: undefined }],
])('%s', async (_, search, expected) => {
  const { resources, total } = await users(search);
  expect({ shown: resources.length, total }).toEqual(expected);
});

it.each([
  ['F3 words of the language inside a text are text', 'title eq "vp and head"', ['Bob']],
  ['F3 not of a conjunction', 'not (title pr and active eq true)', ['ada', 'eve']],
  ['F10 ne holds where there is nothing', 'title ne "vp and head"', ['ada', 'eve']],
  ['F10 eq null', 'title eq null', ['ada', 'eve']],
  ['F18 a quote is a character', `userName eq "' or true --"`, []],
  ['F18 a percent sign is a character', 'userName sw "%"', []],
])('%s', async (_, filter, expected) => {
  expect(await names(filtered(filter))).toEqual(expected);
});

it('G10 a cursor survives the deletion of the resource that it stands on', async () => {
  const sort = { path: readSortBy('userName', SCHEMAS.user), descending: false };
  const page = await users({ sort, page: { after: { sortKey: 'b', id: ID(9) }, count: 1 }, total: false });
  expect(page.resources.map(({ body }) => body['userName'])).toEqual(['Bob']);
  expect(page.next).toEqual({ sortKey: 'bob', id: ID(2) });
});

it('S3 sorts by no list that is made of other resources', async () => {
  const sort = { path: readSortBy('groups.display', SCHEMAS.user), descending: false };
  await expect(users({ sort })).rejects.toMatchObject({ status: 400, scimType: 'invalidPath' });
});

it('sees one organization only', async () => {
  expect((await users({}, globex)).resources).toHaveLength(1);
  expect(await users(filtered(`groups.value eq "${ID(7)}"`), globex)).toMatchObject({ resources: [], total: 0 });
});

it('sets the organization of a look-up for that statement alone', async () => {
  const pool = poolOf(test.current.url, 1);
  const search = { ...ALL, ...filtered('userName eq "ada"') };
  for (const organization of [acme, globex, acme]) {
    const { resources } = await directorySearch(pool).searchUsers(organization, search, NOW);
    expect(resources[0]?.groups).toHaveLength(organization === acme ? 1 : 0);
    const { rows } = await pool.query(
      `select nullif(current_setting('rolecall.organization_id', true), '') as setting`,
    );
    expect(rows).toEqual([{ setting: null }]);
  }
  await pool.end();
});

describe('F18 a statement', () => {
  const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
  const paths = [
    'userName',
    'title',
    'externalId',
    'id',
    'emails',
    'roles.type',
    'groups.display',
    'schemas',
    'name.givenName',
  ];
  const textOf = (filter: string) => searchStatement(USERS, acme, { ...ALL, ...filtered(filter) }).text;

  it('holds no value and no name of a client', () => {
    for (const path of paths)
      for (const operator of operators) {
        expect(textOf(`${path} ${operator} "needle"`)).not.toContain('needle');
        expect(textOf(`not (${path} ${operator} "needle") and emails[value ${operator} "needle"]`)).not.toContain(
          'needle',
        );
      }
    expect(textOf('title eq "x"')).not.toContain('title');
  });

  it('is kept prepared for few texts, whatever clients ask', () => {
    const asked = fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...operators), fc.string({ unit: 'grapheme' }));
    const kept = fc
      .sample(asked, 2_000)
      .map(([path, operator, value]) => `${path} ${operator} ${JSON.stringify(value.replaceAll('\0', ''))}`)
      .map((filter) => searchStatement(USERS, acme, { ...ALL, ...filtered(filter) }))
      .filter(({ isLookup }) => isLookup)
      .map(({ text }) => text);
    expect(new Set(kept).size).toBeLessThanOrEqual(paths.length);
    expect(kept.length).toBeGreaterThan(50);
  });

  it.each([
    'userName eq "a" or userName eq "b"',
    'title eq "a"',
    'userName sw "a"',
    'active eq true',
    `groups.value eq "${ID(7)}"`,
    'emails[type eq "work"]',
    'emails.type eq "work"',
    'not (userName eq "a")',
  ])('of %s has its time limited', (filter) => {
    const asked = { ...ALL, ...filtered(filter) };
    expect(searchStatement(USERS, acme, asked)).toMatchObject({ isLookup: false, isAlone: false });
  });

  it('of a page of everything needs no limit of its time, unless it is long, ordered or has members', () => {
    const page = { startIndex: 901, count: 100 };
    const sort = { path: readSortBy('title', SCHEMAS.user), descending: false };
    const isAlone = (asked: Partial<DirectorySearch>) =>
      searchStatement(GROUPS, acme, { ...ALL, page, withMembers: false, ...asked }).isAlone;
    expect(isAlone({})).toBe(true);
    expect(isAlone({ page: { startIndex: 1, count: 101 } })).toBe(false);
    expect(isAlone({ sort })).toBe(false);
    expect(isAlone({ withMembers: true })).toBe(false);
  });

  it('orders texts by their bytes, whatever collation the database has', () => {
    const sort = { path: readSortBy('title', SCHEMAS.user), descending: false };
    const { text } = searchStatement(USERS, acme, { ...ALL, ...filtered('externalId gt "a"'), sort });
    expect(text).toMatch(/r\.external_id collate "C" > /);
    expect(text).toMatch(/order by [^\n]* collate "C" asc/);
  });
});

it('F8 SQL reads instants as libs/scim does', async () => {
  const upTo = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
  const year = fc.constantFrom('0000', '0001', '0004', '1900', '1969', '1970', '2000', '2024', '2026', '9999');
  const clock = fc.tuple(upTo(24), upTo(60), upTo(60)).map((parts) => parts.join(':'));
  const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{0,13}$/));
  const zone = fc.oneof(
    fc.constantFrom('', 'Z', 'z', ' '),
    fc.tuple(fc.constantFrom('+', '-'), upTo(15), fc.constant(':'), upTo(60)).map((parts) => parts.join('')),
  );
  const written = fc.tuple(year, upTo(13), upTo(32), fc.constantFrom('T', 't', ' '), clock, fraction, zone);
  const texts = fc
    .sample(written, 20_000)
    .map(([y, month, day, t, time, f, z]) => `${y}-${month}-${day}${t}${time}${f}${z}`)
    .concat(['', 'x', '2026-01-01', '+2026-01-01T00:00:00Z', '2026-1-1T00:00:00Z']);
  const rows = await connected(test.current.ownerUrl, (owner) =>
    owner.query<{ instant: string | null }>(
      'select directory_instant(text) as instant from unnest($1::text[]) with ordinality t (text, n) order by n',
      [texts],
    ),
  );
  const read = rows.rows.map(({ instant }, at) => [texts[at], instant === null ? undefined : Number(instant)]);
  expect(read).toEqual(texts.map((text) => [text, readDateTime(text)]));
  expect(read.filter(([, instant]) => instant !== undefined).length).toBeGreaterThan(1_000);
});

it('ends a prefix where the next text begins', () => {
  const any = fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '\u{10ffff}'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 4,
  });
  fc.assert(
    fc.property(any, any, (prefix, text) => {
      const end = endOfPrefix(prefix);
      const inRange = compareText(text, prefix) >= 0 && (end === undefined || compareText(text, end) < 0);
      expect(inRange).toBe(text.startsWith(prefix));
    }),
    { numRuns: 3_000 },
  );
});

it('folds every text of a body, and tells its extensions', () => {
  expect(foldedBody({ userName: 'ÀDA', active: true, emails: [{ value: 'A@B' }], 'urn:X:User': { level: 3 } })).toEqual(
    {
      userName: 'àda',
      active: true,
      emails: [{ value: 'a@b' }],
      'urn:X:User': { level: 3 },
      schemas: ['urn:x:user'],
    },
  );
});

it('ends a page early when it is large, after one resource at least, and goes on where it ended', async () => {
  const pool = poolOf(test.current.url, 1);
  // less than the first body, so that it fills a page by itself
  const small = directorySearch(pool, undefined, 20);
  const search = async (page: DirectorySearch['page'], type: 'searchUsers' | 'searchGroups' = 'searchUsers') => {
    const found = await small[type](acme, { ...ALL, page }, NOW);
    return { ...found, resources: found.resources.map((each) => ('userId' in each ? each.userId : each.groupId)) };
  };
  try {
    const byIndex = await search({ startIndex: 1, count: 100 });
    expect(byIndex).toMatchObject({ resources: [ID(1)], total: 3 });
    expect(await search({ startIndex: 2, count: 1 })).toEqual({ resources: [ID(2)], total: 3, next: undefined });
    const first = await search({ after: undefined, count: 100 });
    expect(first).toEqual({ resources: [ID(1)], total: 3, next: { sortKey: null, id: ID(1) } });
    const second = await search({ after: first.next, count: 100 });
    expect(second).toMatchObject({ resources: [ID(2)], next: { id: ID(2) } });
    expect(await search({ after: second.next, count: 100 })).toMatchObject({ resources: [ID(3)], next: undefined });
    // of users who are in groups, what a page holds is mostly those
    const roomy = directorySearch(pool, undefined, 380);
    const shown = async (withGroups: boolean) =>
      (await roomy.searchUsers(acme, { ...ALL, withGroups }, NOW)).resources.length;
    expect([await shown(false), await shown(true)]).toEqual([3, 2]);
    expect(await search({ startIndex: 1, count: 100 }, 'searchGroups')).toMatchObject({ resources: [ID(7)], total: 1 });
  } finally {
    await pool.end();
  }
});
