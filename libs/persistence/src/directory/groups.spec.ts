import { v7 as uuidv7 } from 'uuid';
import type { ResourceBody } from '@rolecall/scim';
import {
  actor,
  atOneMoment,
  CREATE,
  decideBy,
  GROUPS,
  organizationRows,
  startInTurn,
  userBody,
} from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { directoryContradictions, seedOrganization } from '../testing/index.ts';
import type { DecideAccess, DirectoryGroup, GroupHow, MemberChanges } from '../stores.ts';

const test = useTestDatabase();
const NOBODY = '00000000-0000-7000-8000-000000000000';
let org: string;
let named = 0;

beforeEach(async () => {
  named += 1;
  const { database } = test.current;
  org = (await seedOrganization(database, document(`g${named}`, OKTA), { metadataXml: METADATA_XML })).id;
});

const directory = () => test.current.database.directory;
const rows = <T extends object>(sql: string, values: unknown[] = []) =>
  organizationRows<T>(test.current.url, org, sql, values);

async function users(...names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const made = await directory().createUser(org, userBody(name), CREATE, decideBy(), actor());
    if (made.outcome !== 'created') throw new Error(made.outcome);
    ids.push(made.user.userId);
  }
  return ids;
}

async function group(displayName: string, members: readonly string[] = [], how: Partial<GroupHow> = {}) {
  const made = await directory().createGroup(org, { displayName }, members, { ...GROUPS, ...how }, decideBy(), actor());
  if (made.outcome !== 'created') throw new Error(made.outcome);
  return made.group;
}

const change = (
  { groupId }: Pick<DirectoryGroup, 'groupId'>,
  members: MemberChanges | undefined,
  more: { body?: ResourceBody; version?: number; how?: Partial<GroupHow>; decide?: DecideAccess; at?: Date } = {},
) =>
  directory().changeGroup(
    org,
    groupId,
    { ...(more.body && { body: more.body }), ...(members && { members }) },
    more.version,
    { ...GROUPS, ...more.how },
    more.decide ?? decideBy(),
    actor(more.at),
  );

/** The roles of a user, by the names of its groups. */
const roles = async (userId: string) =>
  (await rows<{ role: string }>('select role from grants where user_id = $1 order by role', [userId])).map(
    ({ role }) => role,
  );
const membersOf = async ({ groupId }: Pick<DirectoryGroup, 'groupId'>) =>
  (await directory().groupById(org, groupId, { members: true }))?.members?.map(({ userId }) => userId);
const version = async (userId: string) => (await directory().userById(org, userId))?.meta.version;
const events = async () =>
  rows<{ type: string; subject: string; data: object }>(
    `select type, subject, data from audit_events where type not like 'organization%' and type <> 'user.created' order by seq`,
  );

/** What must be true whatever happened: counters are right, and everybody has exactly the access of its groups. */
async function expectConsistent(): Promise<void> {
  const counted = await rows(`
    select g.members, (select count(*)::integer from directory_members m where m.group_id = g.group_id) as counted
    from directory_groups g`);
  for (const { members, counted: there } of counted as { members: number; counted: number }[])
    expect(members).toBe(there);
  const [counters] = await rows(`
    select u.users - (select count(*)::integer from directory_users) as users,
      u.active_users - (select count(*)::integer from directory_users where active) as active,
      u.groups - (select count(*)::integer from directory_groups) as groups
    from directories u`);
  expect(counters).toEqual({ users: 0, active: 0, groups: 0 });
  const wrong = await rows(`
    with wanted as (
      select distinct m.user_id, n.name as role
      from directory_members m join directory_groups g using (org_id, group_id)
      cross join lateral unnest(g.display_name || g.former_names) as n(name)
    )
    (select user_id, role from wanted except select user_id, role from grants)
    union all (select user_id, role from grants except select user_id, role from wanted)`);
  expect(wrong).toEqual([]);
  expect(await connected(test.current.ownerUrl, directoryContradictions)).toEqual([]);
}

describe('a group', () => {
  it('C1 C5 is created with its members, who get what it gives', async () => {
    const [eve, bob] = await users('eve', 'bob');
    const admins = await group('Admins', [bob!, eve!]);
    expect(admins).toEqual({
      groupId: admins.groupId,
      body: { displayName: 'Admins' },
      meta: { created: NOW, lastModified: NOW, version: 1 },
    });
    const members = [
      { userId: eve, display: 'eve' },
      { userId: bob, display: 'bob' },
    ];
    expect(await directory().groupById(org, admins.groupId, { members: true })).toEqual({ ...admins, members });
    expect(await directory().groupById(org, admins.groupId, { members: false })).toEqual(admins);
    expect((await directory().userById(org, eve!))?.groups).toEqual([
      { groupId: admins.groupId, displayName: 'Admins' },
    ]);
    expect(await roles(eve!)).toEqual(['Admins']);
    expect(await version(eve!)).toBe(2);
    expect(await rows('select facts from identities where user_id = $1', [eve])).toEqual([
      { facts: { userName: 'eve', groups: ['Admins'], groupIds: [admins.groupId] } },
    ]);
    expect((await events()).map(({ type }) => type)).toEqual(['group.created', 'grants.changed', 'grants.changed']);
    await expectConsistent();
  });

  it('C12 with a member whom the directory does not know is refused or ignores it, as is wanted', async () => {
    const [eve] = await users('eve');
    const how = { ...GROUPS, unknownMembers: 'refuse' as const };
    const create = (ids: string[]) => directory().createGroup(org, { displayName: 'A' }, ids, how, decideBy(), actor());
    expect(await create([eve!, NOBODY])).toEqual({ outcome: 'unknown_members', unknown: [NOBODY] });
    expect(await create([eve!, 'no uuid'])).toEqual({ outcome: 'unknown_members', unknown: ['no uuid'] });
    expect(await directory().counts(org)).toMatchObject({ groups: 0 });
    const ignoring = { ...GROUPS, unknownMembers: 'ignore' as const };
    expect(
      await directory().createGroup(org, { displayName: 'A' }, [eve!, NOBODY, 'x'], ignoring, decideBy(), actor()),
    ).toMatchObject({
      outcome: 'created',
      added: 1,
      ignored: ['x', NOBODY],
    });
    await expectConsistent();
  });

  it('C12 takes no user of the organization whom the directory does not have', async () => {
    const { database } = test.current;
    const { user } = await database.inOrganization(org, (tx) =>
      tx.createUser({ identityProvider: 'okta', nameId: { value: 'l', format: 'f' } }, {}, {}, NOW),
    );
    const a = await group('A');
    expect(await change(a, { add: [user.userId] })).toEqual({ outcome: 'unknown_members', unknown: [user.userId] });
  });

  it('T10 of a name that is taken is refused, whatever its case, unless names may be shared', async () => {
    const a = await group('Admins');
    await expect(group('ADMINS')).rejects.toThrow('conflict');
    const b = await group('B');
    expect(await change(b, undefined, { body: { displayName: 'admins' } })).toEqual({
      outcome: 'conflict',
      attribute: 'displayName',
    });
    await group('ADMINS', [], { uniqueNames: false });
    expect(
      await change(a, undefined, { body: { displayName: 'Admins', externalId: 'x' }, how: { uniqueNames: false } }),
    ).toMatchObject({
      outcome: 'changed',
    });
    const many = await Promise.allSettled(Array.from({ length: 6 }, () => group('Same')));
    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expectConsistent();
  });

  it('L1 that is deleted gives its members nothing more', async () => {
    const [eve] = await users('eve');
    const a = await group('A', [eve!]);
    await group('B', [eve!]);
    expect(await directory().deleteGroup(org, a.groupId, 9, decideBy(), actor())).toEqual({
      outcome: 'changed_meanwhile',
    });
    expect(await directory().deleteGroup(org, a.groupId, 1, decideBy(), actor())).toEqual({
      outcome: 'deleted',
      members: 1,
    });
    expect(await directory().deleteGroup(org, a.groupId, undefined, decideBy(), actor())).toEqual({
      outcome: 'unknown',
    });
    expect(await directory().deleteGroup(org, 'no uuid', undefined, decideBy(), actor())).toEqual({
      outcome: 'unknown',
    });
    expect(await directory().groupById(org, a.groupId, { members: true })).toBeUndefined();
    expect(await directory().groupById(org, 'no uuid', { members: true })).toBeUndefined();
    expect(await roles(eve!)).toEqual(['B']);
    await expectConsistent();
  });

  it('loses a member who is deleted, and counts it', async () => {
    const [eve, bob] = await users('eve', 'bob');
    const a = await group('A', [eve!, bob!]);
    const off = await directory().deleteUser(org, eve!, undefined, { brake: undefined }, actor(later(9)));
    expect(off).toMatchObject({ outcome: 'deleted', receipt: { groups: 1 } });
    expect(await membersOf(a)).toEqual([bob]);
    expect((await directory().groupById(org, a.groupId, { members: false }))?.meta).toEqual({
      created: NOW,
      lastModified: later(9),
      version: 2,
    });
    await expectConsistent();
  });
});

describe('a change of members', () => {
  it('X8 X17 of nothing writes nothing: who is in already, who is not, nobody', async () => {
    const [eve, bob] = await users('eve', 'bob');
    const a = await group('A', [eve!]);
    const before = await events();
    for (const members of [{ add: [eve!] }, { remove: [bob!] }, { remove: [NOBODY, 'x'] }, { replace: [eve!] }, {}]) {
      expect(await change(a, members, { at: later(9) })).toEqual({
        outcome: 'unchanged',
        group: a,
        added: 0,
        removed: 0,
        ignored: [],
      });
    }
    expect(await change(a, { replace: [eve!] }, { body: { displayName: 'A' }, at: later(9) })).toMatchObject({
      outcome: 'unchanged',
    });
    expect(await events()).toEqual(before);
    expect(await version(eve!)).toBe(2);
  });

  it('touches those who come and go, and nobody else', async () => {
    const [eve, bob, zoe] = await users('eve', 'bob', 'zoe');
    const a = await group('A', [eve!, bob!]);
    const changed = await change(a, { add: [zoe!], remove: [bob!] }, { at: later(9) });
    expect(changed).toMatchObject({
      outcome: 'changed',
      added: 1,
      removed: 1,
      group: { meta: { lastModified: later(9), version: 2 } },
    });
    expect(await Promise.all([eve!, bob!, zoe!].map(roles))).toEqual([['A'], [], ['A']]);
    expect(await Promise.all([eve!, bob!, zoe!].map(version))).toEqual([2, 3, 2]);
    const last = (await events()).slice(-3);
    expect(last[0]).toEqual({
      type: 'group.changed',
      subject: a.groupId,
      data: { fields: [], added: [zoe], removed: [bob] },
    });
    expect(new Set(last.slice(1).map(({ subject }) => subject))).toEqual(new Set([bob, zoe]));
    await expectConsistent();
  });

  it('X11 replaces them all, also by nobody', async () => {
    const [eve, bob, zoe] = await users('eve', 'bob', 'zoe');
    const a = await group('A', [eve!, bob!]);
    expect(await change(a, { replace: [bob!, zoe!] })).toMatchObject({ added: 1, removed: 1 });
    expect(await membersOf(a)).toEqual([bob, zoe]);
    expect(await change(a, { replace: [bob!], add: [eve!], remove: [bob!] })).toMatchObject({ added: 1, removed: 2 });
    expect(await membersOf(a)).toEqual([eve]);
    expect(await change(a, { replace: [] })).toMatchObject({ added: 0, removed: 1 });
    expect(await membersOf(a)).toEqual([]);
    await expectConsistent();
  });

  it('V2 of an older version is refused', async () => {
    const [eve] = await users('eve');
    const a = await group('A');
    expect(await change(a, { add: [eve!] }, { version: 1 })).toMatchObject({ outcome: 'changed' });
    expect(await change(a, { remove: [eve!] }, { version: 1 })).toEqual({ outcome: 'changed_meanwhile' });
    expect(await change({ groupId: NOBODY }, { add: [eve!] })).toEqual({ outcome: 'unknown' });
    expect(await change({ groupId: 'no uuid' }, { add: [eve!] })).toEqual({ outcome: 'unknown' });
    expect(await change({ groupId: NOBODY }, { add: ['no uuid', NOBODY] })).toEqual({ outcome: 'unknown' });
    expect(await change({ groupId: a.groupId.toUpperCase() }, { add: [eve!] })).toEqual({ outcome: 'unknown' });
    expect(await change(a, { add: [eve!.toUpperCase()] })).toEqual({
      outcome: 'unknown_members',
      unknown: [eve!.toUpperCase()],
    });
    const race = await Promise.all(
      [1, 2, 3, 4].map((n) => change(a, undefined, { body: { displayName: `A${n}` }, version: 2 })),
    );
    expect(race.filter(({ outcome }) => outcome === 'changed')).toHaveLength(1);
    await expectConsistent();
  });

  it('by rules that are replaced throws, and leaves nothing', async () => {
    const [eve] = await users('eve');
    const a = await group('A');
    await expect(change(a, { add: [eve!] }, { decide: decideBy(2) })).rejects.toMatchObject({ code: 'stale_revision' });
    expect(await directory().groupById(org, a.groupId, { members: true })).toEqual({ ...a, members: [] });
    expect(await version(eve!)).toBe(1);
  });

  it('keeps what a user holds when the rules leave it alone (managedBy: app)', async () => {
    const [eve] = await users('eve');
    const a = await group('A', [eve!]);
    const kept: DecideAccess = (said) => ({ ...decideBy()(said), access: undefined });
    await change(a, { remove: [eve!] }, { decide: kept });
    expect(await roles(eve!)).toEqual(['A']);
    expect(await rows('select facts from identities')).toMatchObject([{ facts: { userName: 'eve', groups: [] } }]);
  });

  it('in more than one batch reaches everybody', async () => {
    await rows(
      `
      with ids as (select gen_random_uuid() as id, 'u' || n as name from generate_series(1, 1201) n
      ), u as (insert into users (org_id, user_id, created_at, updated_at) select $1, id, now(), now() from ids
      ), i as (insert into identities select $1, '@directory', 'scim', id, id, '{}', now() from ids)
      insert into directory_users select $1, id, name, name, null, true, null, json_build_object('userName', name), '{}', 1, true, now(), now()
      from ids; commit`.replaceAll('$1', `'${org}'`),
    );
    await rows(`insert into directories values ('${org}', 1201, 1201, 0); commit`);
    const ids = (await rows<{ user_id: string }>('select user_id from directory_users')).map(({ user_id }) => user_id);
    const a = await group('A');
    expect(await change(a, { add: ids })).toMatchObject({ outcome: 'changed', added: 1201 });
    await expectConsistent();
    expect(await change(a, undefined, { body: { displayName: 'B' } })).toMatchObject({ outcome: 'changed' });
    await expectConsistent();
    expect(await rows('select distinct version::integer from directory_users')).toEqual([{ version: 3 }]);
  });
});

describe('a rename', () => {
  it('keeps what the former name gave, until another group takes it', async () => {
    const [eve, bob] = await users('eve', 'bob');
    const a = await group('Admins', [eve!]);
    await change(a, undefined, { body: { displayName: 'Owners' } });
    expect(await roles(eve!)).toEqual(['Admins', 'Owners']);
    await change(a, { add: [bob!] });
    expect(await roles(bob!)).toEqual(['Admins', 'Owners']);

    const b = await group('ADMINS', [bob!]);
    expect(await roles(eve!)).toEqual(['Owners']);
    expect(await roles(bob!)).toEqual(['ADMINS', 'Owners']);
    expect((await events()).filter(({ type }) => type === 'group.name_lost')).toEqual([
      { type: 'group.name_lost', subject: a.groupId, data: { to: b.groupId } },
    ]);
    await expectConsistent();
  });

  it('to a name that another group had takes it; back and forth adds nothing twice', async () => {
    const [eve, bob] = await users('eve', 'bob');
    const a = await group('A', [eve!]);
    const b = await group('B', [bob!]);
    const rename = (which: DirectoryGroup, displayName: string) => change(which, undefined, { body: { displayName } });
    await rename(a, 'A2');
    await rename(a, 'A');
    await rename(a, 'A2');
    expect(await rows('select former_names from directory_groups where group_id = $1', [a.groupId])).toEqual([
      { former_names: ['A'] },
    ]);
    await rename(b, 'A');
    expect(await Promise.all([eve!, bob!].map(roles))).toEqual([['A2'], ['A', 'B']]);
    for (let n = 0; n < 25; n += 1) await rename(b, `B${n}`);
    const [{ former_names: former }] = (await rows('select former_names from directory_groups where group_id = $1', [
      b.groupId,
    ])) as [{ former_names: string[] }];
    expect(former).toEqual(Array.from({ length: 20 }, (_, n) => `B${n + 4}`));
    await expectConsistent();
  });

  it('of one of two groups with one name leaves the name to the other', async () => {
    const [eve] = await users('eve');
    const a = await group('Same', [eve!]);
    await group('Same', [], { uniqueNames: false });
    await change(a, undefined, { body: { displayName: 'Other' } });
    expect(await roles(eve!)).toEqual(['Other']);
  });
});

describe('at one moment', () => {
  it('V3 two PATCHes that put one user into two groups give it both', async () => {
    const [eve] = await users('eve');
    for (let n = 0; n < 10; n += 1) {
      const groups = [await group(`A${n}`), await group(`B${n}`), await group(`C${n}`)];
      await Promise.all(groups.map((each) => change(each, { add: [eve!] })));
      expect(await roles(eve!)).toHaveLength(3 * (n + 1));
    }
    await expectConsistent();
  });

  const atOnce = <T>(...each: (() => Promise<T>)[]) => atOneMoment(test.current.ownerUrl, org, each);

  it('V3 two PATCHes that put one user into two groups give it both, whichever is first', async () => {
    const [eve] = await users('eve');
    const [a, b] = [await group('A'), await group('B')];
    await atOnce(
      () => change(a, { add: [eve!] }),
      () => change(b, { add: [eve!] }),
    );
    expect(await roles(eve!)).toEqual(['A', 'B']);
    await expectConsistent();
  });

  it('V3 a user who is changed and put into a group has both', async () => {
    const [eve] = await users('eve');
    const a = await group('A');
    const was = (await directory().userState(org, eve!))!;
    const retitle = async () => {
      const how = { brake: undefined };
      return directory().replaceUser(org, was, { ...was.body, title: 'T' }, how, decideBy(), actor());
    };
    const [added, retitled] = await atOnce<{ outcome: string }>(() => change(a, { add: [eve!] }), retitle);
    expect([added?.outcome, retitled?.outcome]).toEqual(['changed', 'changed_meanwhile']);
    expect(await roles(eve!)).toEqual(['A']);
  });

  it('two lists of all members are one list or the other', async () => {
    const [eve, bob] = await users('eve', 'bob');
    const a = await group('A');
    await atOnce(
      () => change(a, { replace: [eve!] }),
      () => change(a, { replace: [bob!] }),
    );
    expect(await membersOf(a)).toEqual([bob]);
    await expectConsistent();
  });

  it('a group that is renamed and gets a member gives it the new name', async () => {
    const [eve] = await users('eve');
    const a = await group('A');
    const rename = () => change(a, undefined, { body: { displayName: 'B' } });
    const add = () => change(a, { add: [eve!] });
    await atOnce(rename, add);
    expect(await roles(eve!)).toEqual(['A', 'B']);
    await atOnce(
      () => change(a, { remove: [eve!] }),
      () => change(a, undefined, { body: { displayName: 'C' } }),
    );
    await expectConsistent();
  });

  it('an apply, which locks the organization before its users, waits for nobody who waits for it', async () => {
    const [eve] = await users('eve');
    const a = await group('A');
    const { database, ownerUrl } = test.current;
    const local = { email: 'l@acme.example' };
    const { user } = await database.inOrganization(org, (tx) => tx.createUser(subject('local'), local, {}, NOW));
    const how = { ...CREATE, adoptEmail: 'l@acme.example' };
    const adopt = () => directory().createUser(org, userBody('local'), how, decideBy(), actor());
    const create = () => directory().createGroup(org, { displayName: 'B' }, [eve!], GROUPS, decideBy(), actor());
    const outcomes = await connected(ownerUrl, async (apply) => {
      await apply.query('begin');
      await apply.query('select from organizations where org_id = $1 for update', [org]);
      const started = await startInTurn<{ outcome: string }>(ownerUrl, [
        adopt,
        create,
        () => change(a, { add: [eve!] }),
      ]);
      await apply.query('select from users where org_id = $1 order by user_id for no key update', [org]);
      await apply.query('rollback');
      return Promise.all(started);
    });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['adopted', 'created', 'changed']);
    expect(await directory().userById(org, user.userId)).toBeDefined();
    await expectConsistent();
  });

  it('one name is given once', async () => {
    const b = await group('B');
    const create = () => directory().createGroup(org, { displayName: 'Same' }, [], GROUPS, decideBy(), actor());
    const rename = () => change(b, undefined, { body: { displayName: 'SAME' } });
    const outcomes = await atOnce<{ outcome: string }>(create, create, rename);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['created', 'conflict', 'conflict']);
  });

  it('V2 a version counts a member who is deleted at this moment; a member who comes is counted when it goes', async () => {
    const [eve, bob] = await users('eve', 'bob');
    const a = await group('A', [eve!, bob!]);
    const b = await group('B');
    const leave = () => directory().deleteUser(org, eve!, undefined, { brake: undefined }, actor());
    const [, changed] = await atOnce<{ outcome: string }>(leave, () => change(a, { remove: [bob!] }, { version: 1 }));
    expect(changed).toEqual({ outcome: 'changed_meanwhile' });
    const remove = () => directory().deleteUser(org, bob!, undefined, { brake: undefined }, actor());
    await atOnce<{ outcome: string }>(() => change(b, { add: [bob!] }), remove);
    expect(await membersOf(b)).toEqual([]);
    await expectConsistent();
  });

  it('V3 50 PATCHes of members of one group lose nothing', async () => {
    const ids = await users(...Array.from({ length: 50 }, (_, n) => `u${n}`));
    const a = await group('A', ids.slice(0, 10));
    const outcomes = await Promise.all(
      ids.map((id, n) => change(a, n < 10 ? { remove: [id] } : { add: [id, ids[((n + 7) % 40) + 10]!] })),
    );
    expect(new Set(outcomes.map(({ outcome }) => outcome))).not.toContain('changed_meanwhile');
    expect(await membersOf(a)).toEqual(ids.slice(10));
    await expectConsistent();
  });

  it('anything goes, nothing deadlocks, and all is consistent in the end', async () => {
    const ids = await users(...Array.from({ length: 12 }, (_, n) => `u${n}`));
    const groups = [await group('A', ids.slice(0, 6)), await group('B', ids.slice(4)), await group('C')];
    const some = (n: number) => ids.filter((_, at) => (at * 7 + n * 5) % 3 === 0);
    const work = Array.from({ length: 60 }, (_, n): (() => Promise<unknown>) => {
      const each = groups[n % 3]!;
      const how = { unknownMembers: 'ignore' as const, uniqueNames: false };
      switch (n % 6) {
        case 0:
          return () => change(each, { replace: some(n) }, { how });
        case 1:
          return () => change(each, { add: some(n).toReversed() }, { how });
        case 2:
          return () => change(each, { remove: some(n) }, { how });
        case 3:
          return () => change(each, undefined, { body: { displayName: `N${n % 5}` }, how });
        case 4:
          return () => directory().deleteUser(org, ids[n % 12]!, undefined, { brake: undefined }, actor());
        default:
          return async () => {
            const was = await directory().userState(org, ids[n % 12]!);
            const how = { brake: undefined };
            if (was)
              await directory().replaceUser(org, was, { ...was.body, nickName: `n${n}` }, how, decideBy(), actor());
          };
      }
    });
    expect(await Promise.all(work.map((each) => each()))).toHaveLength(60);
    await expectConsistent();
  });

  it('a connection that breaks in the middle leaves nothing', async () => {
    const [eve] = await users('eve');
    const a = await group('A');
    // the audit chain's head is held, so the change waits with everything else written
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    const breaking = () => connected(test.current.ownerUrl, (owner) => owner.query(kill));
    const adding = () => change(a, { add: [eve!] }).catch((error: unknown) => error);
    const [failed] = await atOnce<unknown>(adding, breaking);
    expect(failed).toMatchObject({ code: 'database_unavailable' });
    expect(await directory().groupById(org, a.groupId, { members: true })).toEqual({ ...a, members: [] });
    expect(await version(eve!)).toBe(1);
    expect(await roles(eve!)).toEqual([]);
    expect(await change(a, { add: [eve!, uuidv7()] }, { how: { unknownMembers: 'ignore' } })).toMatchObject({
      added: 1,
    });
    await expectConsistent();
  });
});
