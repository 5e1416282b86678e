import { actor, atOneMoment, CREATE, decideBy, GROUPS, organizationRows, userBody } from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { fillDirectory, seedOrganization } from '../testing/index.ts';
import type { DirectoryBrake } from '../stores.ts';

const test = useTestDatabase();
const BRAKE: DirectoryBrake = { share: 20, windowSeconds: 3600, atLeast: 2 };
const by = { actor: { kind: 'token', id: 'token-1' }, now: NOW } as const;
let org: string;
let named = 0;

beforeEach(async () => {
  named += 1;
  const { database } = test.current;
  org = (await seedOrganization(database, document(`b${named}`, OKTA), { metadataXml: METADATA_XML })).id;
});

const directory = () => test.current.database.directory;

/** Who were there before the window of what happens NOW. */
async function users(count: number, title?: string, at = later(-3600)): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const body = userBody(`${title ?? 'u'}${n}`, title === undefined ? {} : { title });
    const made = await directory().createUser(org, body, CREATE, decideBy(), actor(at));
    if (made.outcome !== 'created') throw new Error(made.outcome);
    ids.push(made.user.userId);
  }
  return ids;
}

async function deactivate(userId: string, at = NOW, braked = true) {
  const was = (await directory().userState(org, userId))!;
  return directory().replaceUser(
    org,
    was,
    { ...was.body, active: false },
    { brake: braked ? BRAKE : undefined },
    decideBy(),
    actor(at),
  );
}
const remove = (userId: string, at = NOW, braked = true) =>
  directory().deleteUser(org, userId, undefined, { brake: braked ? BRAKE : undefined }, actor(at));
const outcomes = (each: readonly { outcome: string }[]) => each.map(({ outcome }) => outcome).toSorted();
const grantsOf = async (userId: string) =>
  (
    await organizationRows<{ role: string }>(test.current.url, org, 'select role from grants where user_id = $1', [
      userId,
    ])
  ).map(({ role }) => role);
const audited = (type: string) =>
  organizationRows<{ subject: string; actor_id: string; data: object }>(
    test.current.url,
    org,
    'select subject, actor_id, data from audit_events where type = $1',
    [type],
  );

describe('the mass-change brake', () => {
  it('holds who goes beyond the share of the active users, deactivated or deleted, and changes nothing of them', async () => {
    const ids = await users(20);
    for (const id of ids.slice(0, 2)) expect(await deactivate(id)).toMatchObject({ outcome: 'replaced' });
    for (const id of ids.slice(2, 4)) expect(await remove(id)).toMatchObject({ outcome: 'deleted' });

    const was = await directory().userState(org, ids[4]!);
    const held = await deactivate(ids[4]!);
    expect(held).toEqual({
      outcome: 'held',
      holdId: expect.any(String) as string,
      reason: 'mass_change',
      offboarded: 4,
      allowed: 4,
    });
    expect(await directory().userState(org, ids[4]!)).toEqual(was);
    expect(await remove(ids[5]!)).toEqual(held);
    expect(await directory().userState(org, ids[5]!)).toBeDefined();
    expect(await directory().counts(org)).toEqual({ users: 18, activeUsers: 16, groups: 0 });

    const holdId = 'holdId' in held ? held.holdId : '';
    expect(await directory().holds(org)).toEqual([
      { holdId, reason: 'mass_change', userId: undefined, at: NOW, releasedAt: undefined, releasedBy: undefined },
    ]);
    expect(await audited('directory.held')).toEqual([
      { subject: holdId, actor_id: 'scim/okta', data: { reason: 'mass_change' } },
    ]);
  });

  it('never holds the first few, nor anybody without a brake, nor who is inactive already', async () => {
    const [a, b, c, d] = await users(4);
    expect(outcomes(await Promise.all([deactivate(a!), remove(b!)]))).toEqual(['deleted', 'replaced']);
    expect(await remove(a!)).toMatchObject({ outcome: 'deleted' });
    expect(await deactivate(c!)).toMatchObject({ outcome: 'held', offboarded: 2, allowed: 2 });
    expect(await deactivate(c!, NOW, false)).toMatchObject({ outcome: 'replaced' });
    expect(await remove(d!, NOW, false)).toMatchObject({ outcome: 'deleted' });
  });

  it('counts those who go at one moment', async () => {
    const ids = await users(20);
    const going = ids.map((id, n) => (n % 2 === 0 ? deactivate(id) : remove(id)));
    expect(outcomes(await Promise.all(going)).filter((outcome) => outcome === 'held')).toHaveLength(16);
    expect(await directory().counts(org)).toMatchObject({ activeUsers: 16 });
    expect(await directory().holds(org)).toHaveLength(1);
  });

  it('counts nobody who came within the window: creating users lets nobody go', async () => {
    const ids = await users(15);
    for (const id of ids.slice(0, 3)) expect(await remove(id)).toMatchObject({ outcome: 'deleted' });
    for (const n of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'])
      await directory().createUser(org, userBody(n), CREATE, decideBy(), actor());
    expect(await remove(ids[3]!)).toMatchObject({ outcome: 'held', offboarded: 3, allowed: 3 });
  });

  it('forgets them after the window', async () => {
    const ids = await users(4);
    for (const id of ids.slice(0, 2)) await deactivate(id);
    expect(await deactivate(ids[2]!, later(3599))).toMatchObject({ outcome: 'held' });
    expect(await deactivate(ids[2]!, later(3600))).toMatchObject({ outcome: 'replaced' });
  });

  it('lets through what somebody released, for the window, and says who', async () => {
    const ids = await users(8);
    for (const id of ids.slice(0, 2)) await deactivate(id);
    const held = await deactivate(ids[2]!);
    const holdId = 'holdId' in held ? held.holdId : '';
    const open = (at = NOW) => directory().openHolds(org, BRAKE, at);
    expect([await open(), await open(later(3599)), await open(later(3600))]).toEqual([1, 1, 0]);
    expect(await directory().releaseHold(org, holdId, by)).toBe(true);
    expect(await open()).toBe(0);
    expect(await directory().releaseHold(org, holdId, by)).toBe(false);
    expect(await directory().releaseHold(org, 'no uuid', by)).toBe(false);
    expect(await directory().holds(org)).toMatchObject([{ holdId, releasedAt: NOW, releasedBy: 'token-1' }]);
    expect(await audited('directory.released')).toEqual([
      { subject: holdId, actor_id: 'token-1', data: { reason: 'mass_change' } },
    ]);
    for (const id of ids.slice(2, 6)) expect(await deactivate(id, later(3599))).toMatchObject({ outcome: 'replaced' });
    const again = await deactivate(ids[6]!, later(3600));
    expect(again).toMatchObject({ outcome: 'held', offboarded: 4 });
    expect(again).not.toMatchObject({ holdId });
  });

  describe('of one percent', () => {
    const brake = { share: 1, windowSeconds: 3600, atLeast: 1 };
    /** With so many gone already: whether a glance says that one more may go, and how many may when they are counted. */
    const asked = async (offboarded: number) => {
      const since = later(-3600);
      const [row] = await organizationRows<{ surely: boolean; most: number }>(
        test.current.url,
        org,
        `select directory_surely_may_go($1, $2, $3, active_users, $4) as surely, directory_may_go($1, $2, $3, $4) as most
         from directories`,
        [org, JSON.stringify(brake), offboarded, since],
      );
      return { offboarded, ...row! };
    };
    const each = async (count: number) => {
      const answers = [];
      for (let offboarded = 0; offboarded < count; offboarded++) answers.push(await asked(offboarded));
      return answers;
    };

    const fill = (users: number, cameWithin = 0) =>
      connected(test.current.ownerUrl, async (owner) => {
        await fillDirectory(owner, org, { users, groups: [] });
        await owner.query(
          `update directory_users set created_at = $2 where org_id = $1 and user_id in (
             select user_id from directory_users where org_id = $1 order by user_id desc limit $3)`,
          [org, NOW, cameWithin],
        );
      });
    const mayGo = ({ offboarded, most }: { offboarded: number; most: number }) => offboarded < most;

    it.each([
      ['who were there before, when nobody came', 1_200, 0, 12],
      ['who were there before, when some came', 1_200, 150, 10],
      ['who came, when they are a thousand', 2_000, 1_000, 10],
      ['too few', 900, 0, 9],
    ])('a glance settles it: %s', async (_name, users, came, most) => {
      await fill(users, came);
      const answers = await each(15);
      expect(answers.map(mayGo)).toEqual(answers.map(({ offboarded }) => offboarded < most));
      expect(answers.map(({ surely }) => surely)).toEqual(answers.map(mayGo));
    });

    it('a glance at 1,000 users settles it as far as it goes when more came, and beyond that they are counted', async () => {
      await fill(2_400, 1_200);
      const answers = await each(15);
      expect(answers.map(mayGo)).toEqual(answers.map(({ offboarded }) => offboarded < 12));
      // ten of a thousand: of the eleventh a glance would have to be at 1,090
      expect(answers.map(({ surely }) => surely)).toEqual(answers.map(({ offboarded }) => offboarded < 10));
    });

    it('never reads the whole table, which has the users of all organizations', async () => {
      await fill(3_000, 1_200);
      await connected(test.current.ownerUrl, (owner) => owner.query('analyze directory_users'));
      const reads = await connected(test.current.url, async (client) => {
        await client.query('begin');
        await client.query('set local plan_cache_mode = force_generic_plan');
        // as if there were many organizations: of a small table all is read sooner
        await client.query('set local random_page_cost = 1000');
        await client.query("select set_config('rolecall.organization_id', $1, true)", [org]);
        const asks = `select directory_surely_may_go($1, $2, n, 3000, $3), directory_may_go($1, $2, n, $3)
          from generate_series(0, 20) n`;
        await client.query(asks, [org, JSON.stringify(brake), later(-3600)]);
        const { rows } = await client.query<{ seq_scan: string }>(
          "select seq_scan from pg_stat_xact_user_tables where relname = 'directory_users'",
        );
        return rows;
      });
      expect(reads).toEqual([{ seq_scan: '0' }]);
    });
  });

  it('is each organization’s own', async () => {
    const ids = await users(3);
    for (const id of ids.slice(0, 2)) await deactivate(id);
    const [first, held] = [org, await deactivate(ids[2]!)];
    named += 1;
    org = (await seedOrganization(test.current.database, document(`b${named}`, OKTA), { metadataXml: METADATA_XML }))
      .id;
    const [other] = await users(1);
    expect(await directory().releaseHold(org, 'holdId' in held ? held.holdId : '', by)).toBe(false);
    expect(await directory().holds(org)).toEqual([]);
    expect(await directory().receipts(org, { before: undefined, count: 10 })).toEqual([]);
    expect(await deactivate(other!)).toMatchObject({ outcome: 'replaced' });
    expect(await directory().userState(org, ids[2]!)).toBeUndefined();
    expect(await directory().deleteUser(org, ids[2]!, undefined, { brake: undefined }, actor())).toEqual({
      outcome: 'unknown',
    });
    expect(await directory().userState(first, ids[2]!)).toBeDefined();
  });
});

describe('the last user who holds sso_admin', () => {
  it('is held, also when the last two go at one moment, and also without a brake', async () => {
    for (const go of [deactivate, remove]) {
      const ids = await users(2, 'sso_admin');
      expect(
        outcomes(
          await atOneMoment<{ outcome: string }>(
            test.current.ownerUrl,
            org,
            ids.map((id) => () => go(id, NOW, false)),
          ),
        ),
      ).toEqual([go === remove ? 'deleted' : 'replaced', 'held'].toSorted());
      const [hold] = await directory().holds(org);
      expect(ids).toContain(hold?.userId);
      expect(hold?.reason).toBe('last_sso_admin');
      const data = { reason: 'last_sso_admin', user: hold?.userId };
      expect(await audited('directory.held')).toMatchObject([{ data }]);
      named += 1;
      const next = document(`b${named}`, OKTA);
      org = (await seedOrganization(test.current.database, next, { metadataXml: METADATA_XML })).id;
    }
  });

  it('may go when somebody released that one, and nobody else', async () => {
    const [admin] = await users(1, 'sso_admin');
    const held = await remove(admin!, NOW, false);
    expect(held).toMatchObject({ outcome: 'held', reason: 'last_sso_admin' });
    await directory().releaseHold(org, 'holdId' in held ? held.holdId : '', by);
    const body = userBody('other', { title: 'sso_admin' });
    const made = await directory().createUser(org, body, CREATE, decideBy(), actor());
    expect(await remove(admin!, NOW, false)).toMatchObject({ outcome: 'deleted' });
    const other = 'user' in made ? made.user.userId : '';
    expect(await remove(other, NOW, false)).toMatchObject({ outcome: 'held' });
  });

  it('may be somebody whom the directory does not have', async () => {
    await test.current.database.inOrganization(org, async (tx) => {
      const { user } = await tx.createUser(subject('local'), {}, {}, NOW);
      const sources = [{ kind: 'rule' as const, name: 'r' }];
      await tx.replaceGrants(user.userId, 1, [{ scope: 'project/x', role: 'sso_admin', sources }], [], NOW);
    });
    const [admin] = await users(1, 'sso_admin');
    expect(await deactivate(admin!)).toMatchObject({ outcome: 'replaced' });
  });

  it('keeps it when an attribute would take it, until somebody releases that', async () => {
    const [admin] = await users(1, 'sso_admin');
    const retitle = async (title: string) => {
      const was = (await directory().userState(org, admin!))!;
      return directory().replaceUser(org, was, { ...was.body, title }, { brake: BRAKE }, decideBy(), actor());
    };
    const held = await retitle('member');
    expect(held).toMatchObject({ outcome: 'held', reason: 'last_sso_admin' });
    expect(await grantsOf(admin!)).toEqual(['sso_admin']);
    expect(await audited('directory.held')).toMatchObject([{ data: { reason: 'last_sso_admin', user: admin } }]);
    await directory().releaseHold(org, 'holdId' in held ? held.holdId : '', by);
    expect(await retitle('member')).toMatchObject({ outcome: 'replaced' });
    expect(await grantsOf(admin!)).toEqual(['member']);
  });

  it('keeps it when a group would take it: a member who goes, a deletion; and one of two may go', async () => {
    const [eve, bob] = await users(2);
    const group = await directory().createGroup(
      org,
      { displayName: 'sso_admin' },
      [eve!, bob!],
      GROUPS,
      decideBy(),
      actor(),
    );
    const groupId = 'group' in group ? group.group.groupId : '';
    const take = (...remove: string[]) =>
      directory().changeGroup(org, groupId, { members: { remove } }, undefined, GROUPS, decideBy(), actor());
    expect(await take(eve!, bob!)).toMatchObject({ outcome: 'held', reason: 'last_sso_admin' });
    expect(await take(eve!)).toMatchObject({ outcome: 'changed', removed: 1 });
    const held = await take(bob!);
    expect(held).toMatchObject({ outcome: 'held', reason: 'last_sso_admin' });
    expect(await directory().deleteGroup(org, groupId, undefined, decideBy(), actor())).toEqual(held);
    expect(await grantsOf(bob!)).toEqual(['sso_admin']);
    expect((await directory().groupById(org, groupId, { members: true }))?.members).toMatchObject([{ userId: bob }]);
    await directory().releaseHold(org, 'holdId' in held ? held.holdId : '', by);
    expect(await take(bob!)).toMatchObject({ outcome: 'changed', removed: 1 });
  });

  it('keeps it by an edit: no change of a group is held for that, few members or all of them', async () => {
    const [eve] = await users(1);
    const group = () => directory().createGroup(org, { displayName: 'sso_admin' }, [eve!], GROUPS, decideBy(), actor());
    const edit = `update grants set sources = sources || '[{"kind": "app"}]' where user_id = $1 returning role`;
    for (const members of [{ remove: [eve!] }, { replace: [] }, undefined]) {
      const made = await group();
      const id = 'group' in made ? made.group.groupId : '';
      await connected(test.current.ownerUrl, (owner) => owner.query(edit, [eve]));
      const changed =
        members && (await directory().changeGroup(org, id, { members }, undefined, GROUPS, decideBy(), actor()));
      expect(changed?.outcome ?? 'changed').toBe('changed');
      const gone = await directory().deleteGroup(org, id, undefined, decideBy(), actor());
      expect(gone).toMatchObject({ outcome: 'deleted' });
      expect(await grantsOf(eve!)).toEqual(['sso_admin']);
    }
  });

  it('is the last who is active, whoever is invited besides', async () => {
    const [active, invited] = await users(2, 'sso_admin');
    await connected(test.current.ownerUrl, (owner) =>
      owner.query(`update users set status = 'active' where user_id = $1`, [active]),
    );
    const held = { outcome: 'held', reason: 'last_sso_admin' };
    expect(await deactivate(active!, NOW, false)).toMatchObject(held);
    expect(await remove(active!, NOW, false)).toMatchObject(held);
    expect(await remove(invited!, NOW, false)).toMatchObject({ outcome: 'deleted' });
  });

  it('keeps it when the last two would lose it at one moment', async () => {
    const ids = await users(2);
    const how = { uniqueNames: false, unknownMembers: 'refuse' } as const;
    const make = async (id: string) => {
      const made = await directory().createGroup(org, { displayName: 'sso_admin' }, [id], how, decideBy(), actor());
      return 'group' in made ? made.group.groupId : '';
    };
    const groups = [await make(ids[0]!), await make(ids[1]!)];
    const empty = (id: string) => () =>
      directory().changeGroup(org, id, { members: { replace: [] } }, undefined, how, decideBy(), actor());
    const both = await atOneMoment<{ outcome: string }>(test.current.ownerUrl, org, groups.map(empty));
    expect(outcomes(both)).toEqual(['changed', 'held']);
  });

  it('is not an administrator who is inactive', async () => {
    const [first, second] = await users(2, 'sso_admin');
    expect(await deactivate(first!)).toMatchObject({ outcome: 'replaced' });
    expect(await remove(second!)).toMatchObject({ outcome: 'held', reason: 'last_sso_admin' });
    expect(await remove(first!)).toMatchObject({ outcome: 'deleted' });
  });
});
