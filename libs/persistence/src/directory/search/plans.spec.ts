import pg from 'pg';
import { directorySchemas, parseFilter, readSortBy } from '@rolecall/scim';
import type { DirectorySearch } from '../../stores/directory-search.ts';
import { connected, NOW, poolOf, seedAcmeAndGlobex, useTestDatabase } from '../../testing/fixture.ts';
import { filledGroup, filledMember, filledUser, fillDirectory } from '../../testing/index.ts';
import { directorySearch } from './directory-search.ts';
import { FIND_LINKABLE_USERS } from '../../logins/statements.ts';
import { searchStatement } from './search-statement.ts';
import type { SearchStatement } from './search-statement.ts';
import { GROUPS, USERS } from './tables.ts';

/* What identity providers ask all day reads a few rows, however many users there are: seen in the plan, not in the time it takes. */

const SCHEMAS = directorySchemas({ mode: 'strict' });
const SIZE = { users: 20_000, groups: [10_000, ...Array.from({ length: 2_000 }, () => 2)] };
const MOST_ROWS = 250;
const test = useTestDatabase();
let acme: string;
let globex: string;

beforeAll(async () => {
  ({ acme, globex } = await seedAcmeAndGlobex(test.current));
  await connected(test.current.ownerUrl, async (owner) => {
    await fillDirectory(owner, acme, SIZE);
    await owner.query('vacuum analyze');
  });
}, 120_000);

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

const user = filledUser(12_345);
const group = filledGroup(700);
const member = filledUser(filledMember(700, 1, SIZE));
const first: DirectorySearch['page'] = { startIndex: 1, count: 100 };

function search(
  type: 'user' | 'group',
  asked: { filter?: string; sortBy?: string; page?: DirectorySearch['page'] },
): DirectorySearch {
  const schemas = SCHEMAS[type];
  return {
    ...(asked.filter !== undefined && { filter: parseFilter(asked.filter, schemas, { mode: 'strict' }) }),
    ...(asked.sortBy !== undefined && { sort: { path: readSortBy(asked.sortBy, schemas), descending: false } }),
    page: asked.page ?? first,
    withBody: true,
    withGroups: true,
    withMembers: false,
    total: true,
  };
}

/** As the runtime role runs it, so with row-level security; `generic` = as a statement that is prepared and does not know its values. */
async function planOf(type: 'user' | 'group', asked: DirectorySearch, plan: 'custom' | 'generic'): Promise<PlanNode[]> {
  return planOfStatement(searchStatement(type === 'user' ? USERS : GROUPS, acme, asked), plan);
}

async function planOfStatement(
  { text, values, isAlone }: Pick<SearchStatement, 'text' | 'values' | 'isAlone'>,
  plan: 'custom' | 'generic',
): Promise<PlanNode[]> {
  const literals = values.map(literal);
  return connected(test.current.url, async (runtime) => {
    // some set it by themselves
    if (!isAlone) await runtime.query(`select set_config('rolecall.organization_id', $1, false)`, [acme]);
    await runtime.query(`set plan_cache_mode = force_${plan}_plan`);
    await runtime.query(`prepare probe as ${text}`);
    const { rows } = await runtime.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
      `explain (analyze, format json, timing off) execute probe (${literals.join(', ')})`,
    );
    return nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
  });
}

function literal(value: unknown): string {
  if (value instanceof Date) return literal(value.toISOString());
  return pg.escapeLiteral(
    Array.isArray(value) ? `{${value.map((each) => JSON.stringify(each)).join()}}` : String(value),
  );
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsRead(node: PlanNode): number {
  return (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}

const LOOKUPS: [type: 'user' | 'group', filter: string, index: string][] = [
  ['user', `userName eq "${user.userName.toUpperCase()}"`, 'directory_users_user_name'],
  ['user', `userName sw "USER00001"`, 'directory_users_user_name'],
  ['user', `externalId eq "${user.externalId}"`, 'directory_users_external_id'],
  ['user', `id eq "${user.id}"`, 'directory_users_pkey'],
  ['user', `displayName eq "${user.displayName}"`, 'directory_users_display_name'],
  ['user', `emails eq "${user.workEmail}"`, 'directory_emails_value'],
  ['user', `emails.value sw "work00001"`, 'directory_emails_value'],
  ['user', `emails[value eq "${user.workEmail}"]`, 'directory_emails_value'],
  ['user', `emails[type eq "work" and value eq "${user.workEmail}"]`, 'directory_emails_value'],
  ['user', `emails[type eq "work"].value eq "${user.workEmail}"`, 'directory_emails_value'],
  ['user', `userName eq "x" or externalId eq "y" or emails.value eq "z"`, 'directory_emails_value'],
  ['user', `groups.value eq "${group.id}"`, 'directory_members_pkey'],
  ['user', 'meta.lastModified gt "2026-01-01T05:32:00Z"', 'directory_users_modified'],
  [
    'user',
    `active eq true and meta.lastModified ge "2026-01-01T01:00:00Z" and meta.lastModified le "2026-01-01T01:01:00Z"`,
    'directory_users_modified',
  ],
  ['group', `displayName eq "${group.displayName.toUpperCase()}"`, 'directory_groups_display_name'],
  ['group', 'displayName sw "group 0001"', 'directory_groups_display_name'],
  ['group', `members[value eq "${member.id}"]`, 'directory_members_user'],
  ['group', `members.value eq "${member.id}"`, 'directory_members_user'],
  ['group', `id eq "${group.id}" and members eq "${member.id}"`, 'directory_groups_pkey'],
];

it.each(LOOKUPS)('F16 %s %s is read out of an index', async (type, filter, index) => {
  const asked = search(type, { filter });
  const { isLookup, several, values } = searchStatement(type === 'user' ? USERS : GROUPS, acme, asked);
  for (const plan of several ? (['custom', 'generic'] as const) : []) {
    const each = JSON.stringify(Array.from({ length: 3 }, () => values.slice(1)));
    const nodes = await planOfStatement({ text: several!.text, values: [acme, each], isAlone: true }, plan);
    expect(nodes.map((node) => node['Index Name'])).toContain(index);
    expect(Math.max(...nodes.map(rowsRead))).toBeLessThanOrEqual(MOST_ROWS);
  }
  for (const plan of isLookup ? (['custom', 'generic'] as const) : (['custom'] as const)) {
    const nodes = await planOf(type, asked, plan);
    expect(nodes.map((node) => node['Index Name'])).toContain(index);
    expect(Math.max(...nodes.map(rowsRead))).toBeLessThanOrEqual(MOST_ROWS);
  }
});

it.each<[string, 'user' | 'group', { sortBy?: string; page?: DirectorySearch['page'] }]>([
  ['the first page', 'user', {}],
  ['the first page, sorted by userName', 'user', { sortBy: 'userName' }],
  ['the first page, sorted by lastModified', 'user', { sortBy: 'meta.lastModified' }],
  ['a deep page by cursor', 'user', { page: { after: { sortKey: null, id: filledUser(19_000).id }, count: 100 } }],
  [
    'a deep page by cursor, sorted by userName',
    'user',
    {
      sortBy: 'userName',
      page: { after: { sortKey: filledUser(19_000).userName, id: filledUser(19_000).id }, count: 100 },
    },
  ],
  ['nothing but how many there are', 'user', { page: { startIndex: 1, count: 0 } }],
])('reads %s and no more', async (_, type, asked) => {
  const nodes = await planOf(type, search(type, asked), 'custom');
  expect(Math.max(...nodes.map(rowsRead))).toBeLessThanOrEqual(MOST_ROWS);
});

it('A5 reads no members that nobody wants', async () => {
  const without = await planOf('group', search('group', { filter: 'displayName sw "group 0000"' }), 'custom');
  expect(without.map((node) => node['Relation Name'])).not.toContain('directory_members');
  const wanted = { ...search('group', { filter: 'displayName sw "group 0001"' }), withMembers: true };
  const relations = (await planOf('group', wanted, 'custom')).map((node) => node['Relation Name']);
  expect(relations).toContain('directory_members');
});

it('finds who has an address without reading the others, as the runtime role does', async () => {
  const nodes = await connected(test.current.url, async (runtime) => {
    await runtime.query(`select set_config('rolecall.organization_id', $1, false)`, [acme]);
    await runtime.query('set plan_cache_mode = force_generic_plan');
    const { name, text } = FIND_LINKABLE_USERS;
    await runtime.query(`prepare "${name}" as ${text}`);
    const { rows } = await runtime.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
      `explain (analyze, format json, timing off) execute "${name}" ('${acme}', '${user.workEmail}', 'okta')`,
    );
    return nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
  });
  expect(nodes.map((node) => node['Index Name'])).toContain('users_email');
  expect(Math.max(...nodes.map(rowsRead))).toBeLessThanOrEqual(1);
});

it('refuses a filter that takes too long, and works on', async () => {
  const pool = poolOf(test.current.url, 1);
  const terms = Array.from({ length: 90 }, (_, n) => `title co "${n} x"`);
  const hostile = search('user', { filter: terms.join(' or ') });
  await expect(directorySearch(pool, 5).searchUsers(acme, hostile, NOW)).rejects.toMatchObject({
    name: 'ScimError',
    status: 400,
    scimType: 'tooMany',
  });
  const lookup = search('user', { filter: `userName eq "${user.userName}"` });
  expect((await directorySearch(pool).searchUsers(acme, lookup, NOW)).total).toBe(1);
  await pool.end();
});

it('leaves connections to others, however many costly filters one organization sends', async () => {
  const pool = poolOf(test.current.url, 5);
  const store = directorySearch(pool, 400);
  const terms = Array.from({ length: 90 }, (_, n) => `title co "${n} x"`);
  const hostile = search('user', { filter: terms.join(' or ') });
  const order: string[] = [];
  const costly = Array.from({ length: 12 }, () =>
    store.searchUsers(acme, hostile, NOW).then(
      () => order.push('costly'),
      () => order.push('costly'),
    ),
  );
  const other = store.searchUsers(globex, search('user', {}), NOW).then(() => order.push('other'));
  await Promise.all([...costly, other]);
  expect(order.indexOf('other')).toBeLessThan(4);
  await pool.end();
});
