import type { Pool } from 'pg';
import { directorySchemas, parseFilter } from '@rolecall/scim';
import { seedAcmeAndGlobex, poolOf, useTestDatabase, NOW, connected } from '../../testing/fixture.ts';
import { filledUser, fillDirectory } from '../../testing/index.ts';
import { directorySearch } from './directory-search.ts';

const SCHEMAS = directorySchemas({ mode: 'strict' }).user;
const SIZE = { users: 60, groups: [40] };
const test = useTestDatabase();
let acme: string;
let globex: string;
let pool: Pool;
/** Of each statement that was sent: for how many look-ups. */
let sent: string[];

beforeAll(async () => {
  ({ acme, globex } = await seedAcmeAndGlobex(test.current));
  await connected(test.current.ownerUrl, async (owner) => {
    await fillDirectory(owner, acme, SIZE);
    await fillDirectory(owner, globex, { users: 1, groups: [] });
  });
});

beforeEach(() => {
  sent = [];
  pool = poolOf(test.current.url, 4);
  const original = pool.query.bind(pool);
  pool.query = ((query: { name: string; text: string; values: unknown[] }) => {
    const isSeveral = query.name.startsWith('directory.searches.');
    sent.push(isSeveral ? `${(JSON.parse(String(query.values[1])) as unknown[]).length}` : '1');
    return original(query);
  }) as never;
});
afterEach(() => pool.end());

const searchOf = (filter: string, count = 10, startIndex = 1) => ({
  filter: parseFilter(filter, SCHEMAS, { mode: 'strict' }),
  page: { startIndex, count },
  withBody: true,
  withGroups: true,
  withMembers: false,
  total: true,
});
const KINDS = {
  userName: (value: string) => `userName eq "${value}"`,
  emails: (value: string) => `emails[type eq "work"].value eq "${value}"`,
  id: (value: string) => `id eq "${value}"`,
};
const valueOf = {
  userName: (n: number) => filledUser(n).userName.toUpperCase(),
  emails: (n: number) => filledUser(n).workEmail,
  id: (n: number) => filledUser(n).id,
};

it.each(['userName', 'emails', 'id'] as const)(
  'look-ups by %s at one moment find what each finds alone',
  async (by) => {
    const asked = [
      ...Array.from({ length: 20 }, (_, n) => searchOf(KINDS[by](valueOf[by](n + 1)))),
      searchOf(KINDS[by](valueOf[by](1)), 0),
      searchOf(KINDS[by](valueOf[by](1)), 10, 2),
      searchOf(KINDS[by](valueOf[by](SIZE.users + 1))),
    ];
    const alone = [];
    for (const each of asked) alone.push(await directorySearch(pool).searchUsers(acme, each, NOW));
    expect(new Set(sent)).toEqual(new Set(['1']));
    sent = [];
    const store = directorySearch(pool);
    expect(await Promise.all(asked.map((each) => store.searchUsers(acme, each, NOW)))).toEqual(alone);
    expect(sent).toEqual(['16', '7']);
    expect(alone.map(({ resources }) => resources.length)).toEqual([...Array<number>(20).fill(1), 0, 0, 0]);
  },
);

it('says nothing of one organization to another, whose look-ups go by themselves', async () => {
  const store = directorySearch(pool);
  const asked = [1, 2, 3].map((n) => searchOf(KINDS.userName(filledUser(n).userName)));
  const [ours, theirs] = await Promise.all(
    [acme, globex].map((org) => Promise.all(asked.map((each) => store.searchUsers(org, each, NOW)))),
  );
  expect(ours?.map(({ total }) => total)).toEqual([1, 1, 1]);
  expect(theirs?.map(({ total }) => total)).toEqual([1, 0, 0]);
  expect(sent).toEqual(['3', '3']);
});

it('those of another kind, and of what is shown, go by themselves', async () => {
  const store = directorySearch(pool);
  const search = searchOf(KINDS.userName(filledUser(1).userName));
  const asked = [search, { ...search, withGroups: false }, { ...search, total: false }, search];
  const found = await Promise.all(asked.map((each) => store.searchUsers(acme, each, NOW)));
  expect(sent).toEqual(['2', '1', '1']);
  expect(found.map(({ resources: [user], total }) => [user?.groups?.length, total])).toEqual([
    [1, 1],
    [undefined, 1],
    [1, undefined],
    [1, 1],
  ]);
});
