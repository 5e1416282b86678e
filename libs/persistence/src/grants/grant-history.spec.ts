import type { DecidedGrant } from '@rolecall/role-mapping';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { organizationRows } from '../testing/directory.ts';
import { seedOrganization } from '../testing/index.ts';
import type { Administrator } from '../stores.ts';

const test = useTestDatabase();
const SOURCES = [{ kind: 'rule' as const, name: 'r' }];
const OTHER = [{ kind: 'rule' as const, name: 'other' }];
const ruled = (role: string, sources = SOURCES, scope = 'account/main'): DecidedGrant => ({ scope, role, sources });
let org: string;
let made = 0;

beforeEach(async () => {
  made += 1;
  const seeded = await seedOrganization(test.current.database, document(`h${made}`, OKTA), {
    metadataXml: METADATA_XML,
  });
  org = seeded.id;
});

const inOrganization: typeof test.current.database.inOrganization = (...options) =>
  test.current.database.inOrganization(...options);
const somebody = (...grants: DecidedGrant[]) =>
  inOrganization(org, async (tx) => {
    const { user } = await tx.createUser(subject(`eve-${(made += 1)}`), {}, {}, NOW);
    await tx.replaceGrants(user.userId, 1, grants, [], NOW);
    return user.userId;
  });
/** By the clock of the database. */
const moment = async () => {
  const [row] = await organizationRows<{ now: Date }>(test.current.url, org, 'select clock_timestamp() as now');
  return row!.now;
};
const heldAt = async (userId: string, at: Date) =>
  (await test.current.database.users.heldAt(org, userId, at))?.map(({ scope, role }) => `${role}@${scope}`);
const history = () =>
  connected(test.current.ownerUrl, async (owner) => {
    const { rows } = await owner.query('select scope, role from grant_history where org_id = $1 order by 1, 2', [org]);
    return rows.map(({ scope, role }) => `${role}@${scope}`);
  });

type Renames = Parameters<Parameters<ReturnType<typeof test.current.database.reconcileState>['transaction']>[1]>[0];
const applied = (work: (state: Renames) => Promise<unknown>) =>
  test.current.database.reconcileState({ actor: 'ci', now: new Date() }).transaction('commit', work);

describe('a renamed role', () => {
  it.each([
    ['role', 'admin', 'owner', ['admin@account/main'], ['owner@account/main']],
    ['scope', 'account/main', 'account/hq', ['admin@account/main'], ['admin@account/hq']],
  ] as const)('was held under its former name, and is under the new one since: %s', async (kind, from, to, was, is) => {
    const userId = await somebody(ruled('admin'));
    await applied((state) => state.users.renameHeld(org, [{ kind, from, to }]));
    const after = await moment();
    expect(await heldAt(userId, NOW)).toEqual(was);
    expect(await heldAt(userId, after)).toEqual(is);
    expect(await test.current.database.users.heldAt(org, userId, after)).toMatchObject([{ since: NOW, until: null }]);
  });

  it('is told once when the same apply gives it by another rule', async () => {
    const userId = await somebody(ruled('admin'));
    await applied(async (state) => {
      await state.users.renameHeld(org, [{ kind: 'role', from: 'admin', to: 'owner' }]);
      await state.users.replaceGrants(org, 1, [{ userId, grants: [ruled('owner', OTHER)], groups: [] }]);
    });
    const after = await moment();
    expect(await heldAt(userId, NOW)).toEqual(['admin@account/main']);
    expect(await history()).toEqual(['admin@account/main']);
    expect(await test.current.database.users.heldAt(org, userId, after)).toMatchObject([
      { role: 'owner', sources: OTHER, since: NOW },
    ]);
  });
});

describe('what is gone with whom it was of', () => {
  const by: Administrator = { actor: { kind: 'token', id: 'token-1' }, now: NOW };

  it('goes with its user, and is noted no more then', async () => {
    const [eve, bob] = [await somebody(ruled('admin'), ruled('member')), await somebody(ruled('member'))];
    for (const user of [eve, bob])
      await inOrganization(org, (tx) => tx.replaceGrants(user, 1, [ruled('owner')], [], NOW));
    expect(await history()).toHaveLength(3);
    await test.current.database.users.remove(org, eve, by, { keepsSsoAdmin: false });
    expect(await history()).toEqual(['member@account/main']);
  });

  it('goes with its organization', async () => {
    const userId = await somebody(ruled('admin'));
    await inOrganization(org, (tx) => tx.replaceGrants(userId, 1, [], [], NOW));
    expect(await history()).toHaveLength(1);
    await connected(test.current.url, async (runtime) => {
      await runtime.query('begin');
      await runtime.query(`select set_config('rolecall.organization_id', $1, true), delete_organization($1::uuid)`, [
        org,
      ]);
      await runtime.query('commit');
    });
    expect(await history()).toEqual([]);
  });

  it('is deleted by nobody else', async () => {
    await expect(organizationRows(test.current.url, org, 'delete from grant_history')).rejects.toMatchObject({
      code: '42501',
    });
  });
});

it('tells what was held at any moment, by whichever path it went', async () => {
  const { users } = test.current.database;
  const userId = await inOrganization(org, async (tx) => {
    const { user } = await tx.createUser(subject('eve'), {}, {}, NOW);
    await tx.replaceGrants(user.userId, 1, [ruled('admin'), ruled('member')], [], NOW);
    return user.userId;
  });
  await inOrganization(org, (tx) => tx.replaceGrants(userId, 1, [ruled('member')], [], NOW));
  const [{ now }] = (await organizationRows<{ now: Date }>(
    test.current.url,
    org,
    'select clock_timestamp() as now',
  )) as [{ now: Date }];
  const at = async (moment: Date) => (await users.heldAt(org, userId, moment))?.map(({ role }) => role);
  expect(await at(later(-1))).toEqual([]);
  expect(await at(NOW)).toEqual(['admin', 'member']);
  expect(await at(now)).toEqual(['member']);
  expect(await users.heldAt(org, userId, NOW)).toMatchObject([
    { scope: 'account/main', sources: SOURCES, revision: 1, since: NOW, until: expect.any(Date) },
    { role: 'member', until: null },
  ]);
  expect(await users.heldAt(org, '00000000-0000-4000-8000-000000000000', NOW)).toBeUndefined();
  await inOrganization(org, (tx) =>
    tx.replaceGrants(userId, 1, [{ ...ruled('member'), sources: [{ kind: 'rule', name: 'other' }] }], [], NOW),
  );
  expect(await users.heldAt(org, userId, NOW)).toMatchObject([{ role: 'admin' }, { role: 'member', sources: SOURCES }]);
});
