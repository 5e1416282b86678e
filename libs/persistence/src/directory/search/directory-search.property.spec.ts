import fc from 'fast-check';
import pg from 'pg';
import {
  compareSortKeys,
  matches,
  parseFilter,
  readSortBy,
  searchView,
  sortKeyOf,
  type Searchable,
} from '@rolecall/scim';
import type { DirectoryPosition, DirectorySearch } from '../../stores/directory-search.ts';
import { NOW, poolOf, seedAcmeAndGlobex, useTestDatabase } from '../../testing/fixture.ts';
import { directory, groupIds, ids, SCHEMAS, type Directory } from '../../testing/generated-directory.ts';
import {
  groupOrder,
  groupTerm,
  question,
  userOrder,
  userTerm,
  type Question,
} from '../../testing/generated-filters.ts';
import { seedDirectory, type SeededResource } from '../../testing/index.ts';
import { directorySearch } from './directory-search.ts';
import { isLookupOf } from './lookup.ts';
import { GROUPS, USERS } from './tables.ts';

/* A filter means in SQL what it means in libs/scim, and so does a sort: for any directory, any filter, any order, any page. */

let acme: string;
let owner: pg.Client;
let pool: pg.Pool;

// before the database is dropped
afterAll(async () => {
  await owner.end();
  await pool.end();
});
const test = useTestDatabase();

beforeAll(async () => {
  const seeded = await seedAcmeAndGlobex(test.current);
  acme = seeded.acme;
  owner = new pg.Client({ connectionString: test.current.ownerUrl });
  owner.on('error', () => undefined);
  await owner.connect();
  pool = poolOf(test.current.url, 2);
  // what never may be found
  const person = { id: ids[0]!, body: { userName: 'a', active: true }, created: NOW, modified: NOW };
  const team = { ...person, id: groupIds[0]!, body: { displayName: 'a' }, members: [person.id] };
  await seedDirectory(owner, seeded.globex, { users: [person], groups: [team] });
});

async function fill({ users, groups }: Directory): Promise<void> {
  await owner.query('begin');
  await owner.query('delete from users where org_id = $1', [acme]);
  await owner.query('delete from directory_groups where org_id = $1', [acme]);
  await seedDirectory(owner, acme, { users, groups });
  await owner.query('commit');
}

function searchables({ users, groups }: Directory, type: 'user' | 'group'): Searchable[] {
  const view = ({ id, body, created, modified }: SeededResource) => ({
    id,
    body,
    meta: { created, lastModified: modified },
  });
  if (type === 'group')
    return groups.map((group) => ({ ...view(group), members: group.members.map((value) => ({ value })) }));
  const groupsOf = (userId: string) =>
    groups
      .filter(({ members }) => members.includes(userId))
      .map(({ id, body }) => ({ value: id, display: body['displayName'] as string }));
  return users.map((user) => ({ ...view(user), groups: groupsOf(user.id) }));
}

/** What libs/scim says: the ids in their order. */
function expected(
  found: readonly Searchable[],
  search: Pick<DirectorySearch, 'filter' | 'sort'>,
  type: 'user' | 'group',
): string[] {
  return found
    .map((each) => ({ id: each.id, view: searchView(each, SCHEMAS[type].type) }))
    .filter(({ view }) => search.filter === undefined || matches(search.filter, view))
    .map(({ id, view }) => ({ id, key: search.sort && sortKeyOf(view, search.sort.path) }))
    .sort((a, b) => compareSortKeys(a, b, search.sort?.descending === true))
    .map((each) => each.id);
}

async function answer(
  type: 'user' | 'group',
  search: Omit<DirectorySearch, 'withBody' | 'withGroups' | 'withMembers'>,
) {
  const store = directorySearch(pool);
  const shown = { ...search, withBody: false, withGroups: false, withMembers: false };
  // look-ups that come at one moment are one statement: it finds the same
  const times = isLookupOf(type === 'user' ? USERS : GROUPS, shown) ? 3 : 1;
  if (type === 'user') {
    const page = await alike(times, () => store.searchUsers(acme, shown, NOW));
    return { ...page, ids: page.resources.map(({ userId }) => userId) };
  }
  const page = await alike(times, () => store.searchGroups(acme, shown, NOW));
  return { ...page, ids: page.resources.map(({ groupId }) => groupId) };
}

async function alike<T>(times: number, ask: () => Promise<T>): Promise<T> {
  const [first, ...others] = await Promise.all(Array.from({ length: times }, ask));
  for (const other of others) expect(other).toEqual(first);
  return first!;
}

function searchOf(
  { filter, sortBy, descending }: Omit<Question, 'count'>,
  type: 'user' | 'group',
): Pick<DirectorySearch, 'filter' | 'sort'> {
  const schemas = SCHEMAS[type];
  return {
    ...(filter !== undefined && { filter: parseFilter(filter, schemas, { mode: 'strict' }) }),
    ...(sortBy !== undefined && { sort: { path: readSortBy(sortBy, schemas), descending } }),
  };
}

/** A whole list, a page of it by index, and the list again by cursor. */
async function answers(type: 'user' | 'group', { count, ...question }: Question) {
  const search = searchOf(question, type);
  const whole = await answer(type, { ...search, page: { startIndex: 1, count: 100 }, total: true });
  const second = await answer(type, { ...search, page: { startIndex: 2, count }, total: true });
  const walked: string[] = [];
  const totals: (number | undefined)[] = [whole.total, second.total];
  let after: DirectoryPosition | undefined;
  do {
    const page = await answer(type, { ...search, page: { after, count }, total: after === undefined });
    if (after === undefined) totals.push(page.total);
    walked.push(...page.ids);
    after = page.next;
  } while (after !== undefined);
  return { ids: whole.ids, second: second.ids, walked, totals };
}

function predicted(all: Directory, type: 'user' | 'group', question: Question): Awaited<ReturnType<typeof answers>> {
  const ids = expected(searchables(all, type), searchOf(question, type), type);
  const total = ids.length;
  return { ids, second: ids.slice(1, 1 + question.count), walked: ids, totals: [total, total, total] };
}

it.each([
  ['F1–F17, S1, S2, G1–G10 users', 'user', userTerm, userOrder, 700],
  ['F1–F17, S1, S2, G1–G10 groups', 'group', groupTerm, groupOrder, 400],
] as const)(
  '%s: SQL finds what the evaluator finds, in its order, by index and by cursor',
  async (_, type, term, order, numRuns) => {
    await fc.assert(
      fc.asyncProperty(
        directory,
        fc.array(question(term, order), { minLength: 1, maxLength: 3 }),
        async (all, questions) => {
          await fill(all);
          for (const asked of questions) expect(await answers(type, asked)).toEqual(predicted(all, type, asked));
        },
      ),
      { numRuns },
    );
  },
  300_000,
);
