import { actor, atOneMoment, CREATE, decideBy, organizationRows, userBody } from '../testing/directory.ts';
import { document, later, METADATA_XML, NOW, OKTA, poolOf, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import type { ResourceBody } from '@rolecall/scim';
import type { CreateHow, DirectoryUserState } from '../stores.ts';
import { directoryStore } from './directory-store.ts';

const test = useTestDatabase();
const NOBODY = '00000000-0000-7000-8000-000000000000';
const how = { brake: undefined };
let org: string;
let named = 0;

beforeEach(async () => {
  named += 1;
  const spec = { ...OKTA, emailDomains: { [`o${named}.example`]: { verification: 'asserted' as const } } };
  org = (await seedOrganization(test.current.database, document(`o${named}`, spec), { metadataXml: METADATA_XML })).id;
});

const directory = () => test.current.database.directory;

async function create(userName: string, more: ResourceBody = {}, options: Partial<CreateHow> = {}) {
  return directory().createUser(org, userBody(userName, { ...more }), { ...CREATE, ...options }, decideBy(), actor());
}

async function created(userName: string, more: ResourceBody = {}): Promise<DirectoryUserState> {
  const made = await create(userName, more);
  if (made.outcome !== 'created') throw new Error(made.outcome);
  return (await directory().userState(org, made.user.userId))!;
}

const rows = <T extends object>(sql: string, values: unknown[] = []) =>
  organizationRows<T>(test.current.url, org, sql, values);

const audited = async () =>
  (await rows<{ type: string }>(`select type from audit_events where type not like 'organization%' order by seq`)).map(
    ({ type }) => type,
  );
const status = async (userId: string) =>
  (await rows<{ status: string }>('select status from users where user_id = $1', [userId]))[0]?.status;

async function signIn(userId: string, nameId: string): Promise<void> {
  const { database } = test.current;
  await database.inOrganization(org, async (tx) => {
    await tx.linkIdentity(userId, subject(nameId), {}, NOW);
    await tx.openSession({
      tokenHash: Buffer.from(nameId.padEnd(32)),
      userId,
      subject: subject(nameId),
      sessionIndex: undefined,
      openedAt: NOW,
      expiresAt: later(3600),
      idleSeconds: 600,
      announcement: undefined,
    });
  });
}

describe('a create', () => {
  it('C1 C5 makes a user that is invited, decided by the directory, counted and audited', async () => {
    const made = await create('eve', { title: 'member', externalId: 'x1' });
    expect(made).toMatchObject({ outcome: 'created', user: { meta: { created: NOW, lastModified: NOW, version: 1 } } });
    if (made.outcome !== 'created') throw new Error(made.outcome);
    const { user } = made;
    expect(await directory().userState(org, user.userId)).toEqual({
      userId: user.userId,
      body: userBody('eve', { title: 'member', externalId: 'x1' }),
      meta: { created: NOW, lastModified: NOW, version: 1 },
      groups: [],
      held: { grants: [{ scope: 'account/main', role: 'member' }], groups: [] },
      revision: 1,
    });
    expect(await directory().userById(org, user.userId)).toEqual(user);
    expect(await rows('select status, email, deciding_identity_provider, deciding_name_id from users')).toEqual([
      {
        status: 'invited',
        email: 'eve@acme.example',
        deciding_identity_provider: '@directory',
        deciding_name_id: user.userId,
      },
    ]);
    expect(await rows('select facts from identities')).toMatchObject([{ facts: { userName: 'eve', groups: [] } }]);
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 1, groups: 0 });
    expect(await audited()).toEqual(['user.created', 'grants.changed']);
  });

  it('C3 refuses a userName that is taken, whatever its case, and writes nothing', async () => {
    await create('Eve');
    expect(await create('eVE')).toEqual({ outcome: 'conflict', attribute: 'userName' });
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 1, groups: 0 });
    expect(await audited()).toEqual(['user.created']);
  });

  it('of an inactive user cannot sign in, and is not counted as active', async () => {
    const user = await created('eve', { active: false });
    expect(await status(user.userId)).toBe('disabled');
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 0, groups: 0 });
  });

  it.each(['userName', 'externalId'])(
    'C11 of an inactive user with the same %s brings it back, with its id',
    async (by) => {
      const eve = await created('eve', { externalId: 'x1' });
      await directory().replaceUser(org, eve, { ...eve.body, active: false }, how, decideBy(), actor());
      const again: [string, ResourceBody] =
        by === 'userName' ? ['EVE', {}] : ['eve2', { externalId: 'x1', title: 'member' }];
      expect(await create(...again, { reprovision: 'conflict' })).toEqual({ outcome: 'conflict', attribute: by });
      const back = await create(...again);
      expect(back).toMatchObject({ outcome: 'reactivated', user: { userId: eve.userId, body: userBody(...again) } });
      expect(await status(eve.userId)).toBe('invited');
      expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 1, groups: 0 });
    },
  );

  it('C11 brings a user back once when many ask at one moment; the others are told that it changed', async () => {
    const eve = await created('eve');
    await directory().replaceUser(org, eve, { ...eve.body, active: false }, how, decideBy(), actor());
    const each = ['a', 'b', 'c'].map((title) => () => create('eve', { title }));
    const outcomes = (await atOneMoment(test.current.ownerUrl, org, each)).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['changed_meanwhile', 'changed_meanwhile', 'reactivated']);
    expect(await create('eve', { title: 'b' })).toEqual({ outcome: 'conflict', attribute: 'userName' });
  });

  it('meets an ACTIVE user with the same externalId as another one: externalId is not unique', async () => {
    await create('eve', { externalId: 'x1' });
    expect(await create('bob', { externalId: 'x1' })).toMatchObject({ outcome: 'created' });
  });

  it("refuses an address of another organization's domain", async () => {
    const spec = { ...OKTA, emailDomains: { [`other${named}.example`]: { verification: 'asserted' as const } } };
    await seedOrganization(test.current.database, document(`other${named}`, spec), { metadataXml: METADATA_XML });
    const emails = [{ value: `eve@OTHER${named}.example` }];
    expect(await create('eve', { emails })).toEqual({ outcome: 'domain_of_another' });
    const bob = await created('bob');
    expect(await directory().replaceUser(org, bob, { ...bob.body, emails }, how, decideBy(), actor())).toEqual({
      outcome: 'domain_of_another',
    });
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 1, groups: 0 });
  });

  it('by rules that are replaced throws, and leaves nothing', async () => {
    const decided = directory().createUser(org, userBody('eve'), CREATE, decideBy(2), actor());
    await expect(decided).rejects.toMatchObject({ code: 'stale_revision' });
    expect(await rows('select user_id from users')).toEqual([]);
    const eve = await created('eve');
    const changed = { ...eve.body, title: 'member' };
    const replaced = directory().replaceUser(org, { ...eve, revision: 2 }, changed, how, decideBy(2), actor());
    await expect(replaced).rejects.toMatchObject({ code: 'stale_revision' });
    expect(await directory().userState(org, eve.userId)).toEqual(eve);
  });
});

describe('adoption', () => {
  const adoptEmail = 'EVE@acme.example';
  const local = (role = 'member') =>
    test.current.database.inOrganization(org, async (tx) => {
      const { user } = await tx.createUser(subject('eve'), { email: 'eve@acme.example', displayName: 'E' }, {}, NOW);
      const sources = [{ kind: 'rule' as const, name: 'r' }];
      await tx.replaceGrants(user.userId, 1, [{ scope: 'account/main', role, sources }], [], NOW);
      return user.userId;
    });
  const access = () =>
    rows(
      'select u.display_name, u.deciding_identity_provider as decides, g.role from users u left join grants g using (user_id)',
    );

  it('takes the one user with the address: access, profile and what decides them stay until its next change', async () => {
    const userId = await local();
    const adopted = await create('eve', { title: 'admin' }, { adoptEmail });
    expect(adopted).toMatchObject({ outcome: 'adopted', user: { userId, meta: { version: 1 } } });
    expect(await access()).toEqual([{ display_name: 'E', decides: 'okta', role: 'member' }]);
    expect(await audited()).toEqual(['user.adopted']);

    const was = (await directory().userState(org, userId))!;
    await directory().replaceUser(org, was, { ...was.body, displayName: 'Eve' }, how, decideBy(), actor());
    expect(await access()).toEqual([{ display_name: 'Eve', decides: '@directory', role: 'admin' }]);
    expect(await status(userId)).toBe('active');
  });

  it('is not made without being asked for, nor when two users have the address, nor of a user whom the directory has', async () => {
    await local();
    expect(await create('eve')).toMatchObject({ outcome: 'created' });
    expect(await create('eve2', {}, { adoptEmail })).toMatchObject({ outcome: 'adopted' });
    expect(await create('eve3', {}, { adoptEmail })).toMatchObject({ outcome: 'created' });
    const twins = async (nameId: string) =>
      test.current.database.inOrganization(org, (tx) =>
        tx.createUser(subject(nameId), { email: 't@acme.example' }, {}, NOW),
      );
    await twins('t1');
    await twins('t2');
    expect(await create('t', {}, { adoptEmail: 't@acme.example' })).toMatchObject({ outcome: 'created' });
  });

  it('of a user who is said to be inactive deactivates it', async () => {
    const userId = await local();
    await signIn(userId, 'eve-again');
    const adopted = await create('eve', { active: false }, { adoptEmail });
    expect(adopted).toMatchObject({ outcome: 'adopted', user: { userId, body: { active: false } } });
    expect(await status(userId)).toBe('disabled');
    expect(await rows('select user_id from sessions')).toEqual([]);
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 0, groups: 0 });
  });

  it('of a user who is said to be inactive and may not go is none: it is held, each time that it is tried', async () => {
    const userId = await local('sso_admin');
    const off = () => create('eve', { active: false, title: 'sso_admin' }, { adoptEmail });
    const held = await off();
    expect(held).toMatchObject({ outcome: 'held', reason: 'last_sso_admin' });
    expect(await off()).toEqual(held);
    expect(await status(userId)).toBe('active');
    expect(await directory().userState(org, userId)).toBeUndefined();
    expect(await directory().counts(org)).toEqual({ users: 0, activeUsers: 0, groups: 0 });
    expect(await audited()).toEqual(['directory.held']);
    const holdId = 'holdId' in held ? held.holdId : '';
    await directory().releaseHold(org, holdId, { actor: { kind: 'token', id: 'token-1' }, now: NOW });
    expect(await off()).toMatchObject({ outcome: 'adopted', user: { userId, body: { active: false } } });
    expect(await status(userId)).toBe('disabled');
  });
});

describe('a change', () => {
  it('replaces the body, the profile, the facts and the grants, and says which attributes', async () => {
    const eve = await created('eve', { title: 'member' });
    const at = later(60);
    const body = userBody('eva', { title: 'admin', displayName: 'Éva' });
    const replaced = await directory().replaceUser(org, eve, body, how, decideBy(), actor(at));
    expect(replaced).toMatchObject({
      outcome: 'replaced',
      changed: true,
      user: { body, meta: { created: NOW, lastModified: at, version: 2 } },
    });
    expect(await directory().userState(org, eve.userId)).toMatchObject({ body, held: { grants: [{ role: 'admin' }] } });
    expect(await rows('select email, display_name from users')).toEqual([
      { email: 'eva@acme.example', display_name: 'Éva' },
    ]);
    expect(await rows('select user_name_key, display_name_key, folded from directory_users')).toMatchObject([
      { user_name_key: 'eva', display_name_key: 'éva', folded: { displayName: 'éva' } },
    ]);
    expect(await rows('select value_key, type_key, is_primary from directory_emails')).toEqual([
      { value_key: 'eva@acme.example', type_key: 'work', is_primary: true },
    ]);
    const [event] = await rows(`select data from audit_events where type = 'user.updated'`);
    expect(event).toEqual({ data: { fields: ['displayName', 'emails', 'title', 'userName'], revision: 1 } });
    expect(await audited()).toEqual(['user.created', 'grants.changed', 'user.updated', 'grants.changed']);
  });

  it('X8 P4 that changes nothing writes nothing', async () => {
    const eve = await created('eve', { title: 'member', name: { givenName: 'E', familyName: 'V' } });
    const same = {
      name: { familyName: 'V', givenName: 'E', middleName: undefined },
      ...userBody('eve', { title: 'member' }),
    };
    const replaced = await directory().replaceUser(org, eve, same, how, decideBy(), actor(later(60)));
    expect(replaced).toMatchObject({ outcome: 'replaced', changed: false, user: { meta: eve.meta } });
    expect(await directory().userState(org, eve.userId)).toEqual(eve);
    expect(await audited()).toEqual(['user.created', 'grants.changed']);
  });

  it('V3 loses nothing to another at the same moment, at another server', async () => {
    const eve = await created('eve');
    const pools = ['a', 'b', 'c'].map((title) => ({ title, pool: poolOf(test.current.url, 2) }));
    const each = pools.map(({ title, pool }) => () => {
      const store = directoryStore(pool, () => undefined);
      return store.replaceUser(org, eve, { ...eve.body, title }, how, decideBy(), actor());
    });
    const outcomes = (await atOneMoment(test.current.ownerUrl, org, each)).map(({ outcome }) => outcome);
    await Promise.all(pools.map(({ pool }) => pool.end()));
    expect(outcomes.sort()).toEqual(['changed_meanwhile', 'changed_meanwhile', 'replaced']);
    expect((await directory().userState(org, eve.userId))?.held.grants).toHaveLength(1);
  });

  it('P6 to a userName that is taken is refused, also at the same moment', async () => {
    const eve = await created('eve');
    const bob = await created('bob');
    const rename = (was: DirectoryUserState, userName: string) =>
      directory().replaceUser(org, was, { ...was.body, userName }, how, decideBy(), actor());
    expect(await rename(eve, 'BOB')).toEqual({ outcome: 'conflict', attribute: 'userName' });
    const both = await atOneMoment(test.current.ownerUrl, org, [() => rename(eve, 'zoe'), () => rename(bob, 'Zoe')]);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'replaced']);
  });

  it('of a user who is gone says so', async () => {
    const eve = await created('eve');
    await directory().deleteUser(org, eve.userId, undefined, how, actor());
    const replaced = directory().replaceUser(org, eve, { ...eve.body, title: 'x' }, how, decideBy(), actor());
    expect(await replaced).toEqual({ outcome: 'unknown' });
    expect(await directory().userState(org, NOBODY)).toBeUndefined();
    expect(await directory().userById(org, 'no uuid')).toBeUndefined();
  });
});

describe('the address of another user', () => {
  const rename = async (was: DirectoryUserState, userName: string, title = 'x') =>
    directory().replaceUser(org, was, userBody(userName, { title }), how, decideBy(), actor());

  it('cannot be taken by a change, whoever has it', async () => {
    await test.current.database.inOrganization(org, (tx) =>
      tx.createUser(subject('root'), { email: 'Root@acme.example' }, {}, NOW),
    );
    const eve = await created('eve');
    expect(await rename(eve, 'root')).toEqual({ outcome: 'conflict', attribute: 'emails' });
    expect(await directory().userState(org, eve.userId)).toEqual(eve);
    expect(await rename(eve, 'eva')).toMatchObject({ outcome: 'replaced' });
  });

  it('stays with a user who was created with it', async () => {
    await test.current.database.inOrganization(org, (tx) =>
      tx.createUser(subject('root'), { email: 'root@acme.example' }, {}, NOW),
    );
    expect(await rename(await created('root'), 'root', 'y')).toMatchObject({ outcome: 'replaced' });
  });
});

describe('deactivation', () => {
  it('X35 X34 ends sessions, keeps identities and grants, and leaves a receipt; activation brings all back but sessions', async () => {
    const eve = await created('eve', { title: 'member' });
    await signIn(eve.userId, 'eve');
    const off = await directory().replaceUser(org, eve, { ...eve.body, active: false }, how, decideBy(), actor());
    const receipt = {
      userId: eve.userId,
      at: NOW,
      by: 'okta',
      cause: 'deactivated',
      sessionsEnded: 1,
      identities: 1,
      grants: 1,
      groups: 0,
    };
    expect(off).toMatchObject({ outcome: 'replaced', receipt });
    expect(await directory().receipts(org, { before: undefined, count: 10 })).toEqual([
      'receipt' in off && off.receipt,
    ]);
    const [{ data }] = (await rows<{ data: object }>(
      `select data from audit_events where type = 'user.deactivated'`,
    )) as [{ data: object }];
    expect(data).toEqual({ revision: 1, receipt: 'receipt' in off && off.receipt?.receiptId });
    expect(await directory().receipts(org, { before: NOW, count: 10 })).toEqual([]);
    expect(await rows('select user_id from sessions')).toEqual([]);
    expect(await status(eve.userId)).toBe('disabled');
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 0, groups: 0 });
    expect(await audited()).toEqual(['user.created', 'grants.changed', 'user.updated', 'user.deactivated']);

    const was = (await directory().userState(org, eve.userId))!;
    await directory().replaceUser(org, was, { ...was.body, active: true }, how, decideBy(), actor());
    expect(await status(eve.userId)).toBe('active');
    expect(await rows('select identity_provider from identities order by 1')).toEqual([
      { identity_provider: '@directory' },
      { identity_provider: 'okta' },
    ]);
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 1, groups: 0 });
  });
});

describe('deletion', () => {
  it('L1 L2 frees the userName and leaves a receipt and the audit log, nothing else', async () => {
    const eve = await created('eve', { title: 'member' });
    await signIn(eve.userId, 'eve');
    expect(await directory().deleteUser(org, eve.userId, 2, how, actor())).toEqual({ outcome: 'changed_meanwhile' });
    expect(await directory().deleteUser(org, eve.userId, 1, how, actor())).toMatchObject({
      outcome: 'deleted',
      receipt: { cause: 'deleted', sessionsEnded: 1, identities: 1, grants: 1 },
    });
    for (const table of ['users', 'directory_users', 'directory_emails', 'identities', 'grants', 'sessions']) {
      expect(await rows(`select user_id from ${table}`)).toEqual([]);
    }
    expect(await directory().deleteUser(org, eve.userId, undefined, how, actor())).toEqual({ outcome: 'unknown' });
    expect(await directory().deleteUser(org, 'no uuid', undefined, how, actor())).toEqual({ outcome: 'unknown' });
    const again = await created('eve');
    expect(again.userId).not.toBe(eve.userId);
    expect(await directory().counts(org)).toEqual({ users: 1, activeUsers: 1, groups: 0 });
    expect(await audited()).toEqual(['user.created', 'grants.changed', 'user.deleted', 'user.created']);
  });
});
