import type { Pool } from 'pg';
import type { Statement } from '../sql.ts';
import type { DirectoryStore, MemberChanges } from '../stores.ts';
import { actor, CREATE, decideBy, GROUPS, organizationRows, userBody } from '../testing/directory.ts';
import { document, METADATA_XML, OKTA, poolOf, useTestDatabase } from '../testing/fixture.ts';
import { directoryContradictions, seedOrganization } from '../testing/index.ts';
import { directoryStore } from './directory-store.ts';

/** Between the reading and the writing of a change of members: what others do there makes it go the long way, under locks. */

let pool: Pool;
// hooks run in this order: before the database goes
afterAll(() => pool.end());
const test = useTestDatabase();
let org: string;
let eve: string;
let group: string;
let named = 0;

beforeAll(() => {
  pool = poolOf(test.current.url, 4);
});

beforeEach(async () => {
  named += 1;
  const { database } = test.current;
  org = (await seedOrganization(database, document(`m${named}`, OKTA), { metadataXml: METADATA_XML })).id;
  const user = await directory().createUser(org, userBody('eve'), CREATE, decideBy(), actor());
  if (user.outcome !== 'created') throw new Error(user.outcome);
  eve = user.user.userId;
  const made = await directory().createGroup(org, { displayName: 'dev' }, [], GROUPS, decideBy(), actor());
  if (made.outcome !== 'created') throw new Error(made.outcome);
  group = made.group.groupId;
});

const directory = () => test.current.database.directory;

/** The same store, of which somebody else is faster: `others` is done when a change of members is about to be written. */
function overtakenBy(others: () => Promise<unknown>): { store: DirectoryStore; sent: string[] } {
  const sent: string[] = [];
  const send = async (...[statement]: readonly unknown[]) => {
    const { name } = statement as Statement;
    sent.push(name);
    if (name === 'directory.change-members') await others();
    return pool.query(statement as Statement);
  };
  const watched = new Proxy(pool, {
    get: (of, key) => {
      const value: unknown = key === 'query' ? send : Reflect.get(of, key, of);
      return typeof value === 'function' && key !== 'query' ? (value as () => unknown).bind(of) : value;
    },
  });
  return { store: directoryStore(watched, () => undefined), sent };
}

const join = (store: DirectoryStore, members: MemberChanges = { add: [eve] }, how = GROUPS) =>
  store.changeGroup(org, group, { members }, undefined, how, decideBy(), actor());

const SHORT = ['directory.member-states', 'directory.change-members'];

async function roles(): Promise<string[]> {
  const sql = 'select role from grants where user_id = $1 order by role';
  return (await organizationRows<{ role: string }>(test.current.url, org, sql, [eve])).map(({ role }) => role);
}

afterEach(async () => {
  const owner = poolOf(test.current.ownerUrl, 1);
  const found = await directoryContradictions(owner);
  await owner.end();
  if (found.length > 0) throw new Error(found.join('\n'));
});

it('is two statements when nobody else is there', async () => {
  const { store, sent } = overtakenBy(() => Promise.resolve());
  expect(await join(store)).toMatchObject({ outcome: 'changed' });
  expect([sent, await roles()]).toEqual([SHORT, ['dev']]);
});

it('V3 a user who is changed meanwhile has both', async () => {
  const { store, sent } = overtakenBy(async () => {
    const was = (await directory().userState(org, eve))!;
    await directory().replaceUser(org, was, { ...was.body, title: 'lead' }, { brake: undefined }, decideBy(), actor());
  });
  expect(await join(store)).toMatchObject({ outcome: 'changed' });
  expect(sent).toEqual(SHORT); // and a transaction on a connection of its own
  expect(await roles()).toEqual(['dev', 'lead']);
});

it('V3 a user who comes into another group meanwhile is in both', async () => {
  const { store } = overtakenBy(() =>
    directory().createGroup(org, { displayName: 'ops' }, [eve], GROUPS, decideBy(), actor()),
  );
  expect(await join(store)).toMatchObject({ outcome: 'changed' });
  expect(await roles()).toEqual(['dev', 'ops']);
});

it('V3 a user who comes into the same group meanwhile is in it once', async () => {
  const { store } = overtakenBy(() => join(directory()));
  expect(await join(store)).toMatchObject({ outcome: 'unchanged' });
  expect(await roles()).toEqual(['dev']);
});

it('V3 a group that is renamed meanwhile gives its new name', async () => {
  const { store } = overtakenBy(() =>
    directory().changeGroup(org, group, { body: { displayName: 'sec' } }, undefined, GROUPS, decideBy(), actor()),
  );
  expect(await join(store)).toMatchObject({ outcome: 'changed' });
  // what the former name gave stays
  expect(await roles()).toEqual(['dev', 'sec']);
});

it('V3 a user who is deleted meanwhile is nobody', async () => {
  const { store } = overtakenBy(() => directory().deleteUser(org, eve, undefined, { brake: undefined }, actor()));
  expect(await join(store)).toMatchObject({ outcome: 'unknown_members', unknown: [eve] });
});

it('a group that is deleted meanwhile is none', async () => {
  const { store } = overtakenBy(() => directory().deleteGroup(org, group, undefined, decideBy(), actor()));
  expect(await join(store)).toEqual({ outcome: 'unknown' });
});

it('of several users one who is changed meanwhile makes all go the long way, and nobody comes twice', async () => {
  const other = await directory().createUser(org, userBody('bob'), CREATE, decideBy(), actor());
  if (other.outcome !== 'created') throw new Error(other.outcome);
  const { store } = overtakenBy(async () => {
    const was = (await directory().userState(org, eve))!;
    await directory().replaceUser(org, was, { ...was.body, title: 'lead' }, { brake: undefined }, decideBy(), actor());
  });
  const add = [other.user.userId, eve];
  expect(await join(store, { add })).toMatchObject({ outcome: 'changed', group: { meta: { version: 2 } } });
  expect(await directory().groupById(org, group, { members: true })).toMatchObject({ members: { length: 2 } });
  expect(await roles()).toEqual(['dev', 'lead']);
});
