import type { DecidedGrant } from '@rolecall/role-mapping';
import { actor, CREATE, decideBy, organizationRows, userBody } from '../testing/directory.ts';
import { document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import type { Edit, Role } from '../stores.ts';

const test = useTestDatabase();
const source = { kind: 'app', by: 'token/1', at: NOW.toISOString() } as const;
const EDIT: Edit = { source, revision: 1, now: NOW };
const PARTNER: Role = { scope: 'account/partner', role: 'member' };
const SOURCES = [{ kind: 'rule' as const, name: 'r' }];
const ruled = (role: string): DecidedGrant => ({ scope: 'account/main', role, sources: SOURCES });
let org: string;
let made = 0;

beforeEach(async () => {
  made += 1;
  const seeded = await seedOrganization(test.current.database, document(`e${made}`, OKTA), {
    metadataXml: METADATA_XML,
  });
  org = seeded.id;
});

const inOrganization: typeof test.current.database.inOrganization = (...options) =>
  test.current.database.inOrganization(...options);
const held = async () =>
  (await organizationRows<Role>(test.current.url, org, 'select scope, role from grants order by 1, 2')).map(
    ({ scope, role }) => `${role}@${scope}`,
  );

it('is left alone by logins, and taken by whoever revokes it', async () => {
  const userId = await inOrganization(org, async (tx) => {
    const { user } = await tx.createUser(subject('eve'), { email: 'eve@acme.example' }, {}, NOW);
    await tx.users.hold(1);
    expect(await tx.users.lock(user.userId)).toEqual({
      userId: user.userId,
      status: 'active',
      email: 'eve@acme.example',
      managed: false,
      grants: [],
    });
    const partner = [{ userId: user.userId, ...PARTNER }];
    expect([await tx.users.grant(partner, EDIT), await tx.users.grant(partner, EDIT)]).toEqual([1, 0]);
    return user.userId;
  });
  const login = (...grants: DecidedGrant[]) =>
    inOrganization(org, (tx) =>
      tx.storeLogin({ userId, subject: subject('eve'), profile: {}, facts: {}, now: NOW }, 1, grants, []),
    );
  expect(await login(ruled('admin'))).toMatchObject({ granted: [{ role: 'admin' }], revoked: [] });
  expect(await held()).toEqual(['admin@account/main', 'member@account/partner']);
  expect(await login()).toMatchObject({ revoked: [{ scope: 'account/main', role: 'admin' }] });
  expect(await held()).toEqual(['member@account/partner']);
  expect(await inOrganization(org, (tx) => tx.users.revoke([{ userId, ...PARTNER }]))).toBe(1);
  expect(await held()).toEqual([]);
});

it('belongs to a rule from the moment that one gives it, and keeps its time: no valid document leaves its scope to edits then', async () => {
  const userId = await inOrganization(org, async (tx) => {
    const { user } = await tx.createUser(subject('eve'), {}, {}, NOW);
    await tx.users.grant([{ userId: user.userId, ...PARTNER }], EDIT);
    return user.userId;
  });
  const given = { ...PARTNER, sources: SOURCES };
  await inOrganization(org, (tx) => tx.replaceGrants(userId, 1, [given], [], later(60)));
  const grants = 'select sources, granted_at from grants';
  expect(await organizationRows(test.current.url, org, grants)).toEqual([{ sources: SOURCES, granted_at: NOW }]);
});

it('is left alone by the directory, which does not count it as its own', async () => {
  const { directory } = test.current.database;
  const created = await directory.createUser(org, userBody('dan', { title: 'sso_admin' }), CREATE, decideBy(), actor());
  if (created.outcome !== 'created') throw new Error(created.outcome);
  const { userId } = created.user;
  await inOrganization(org, (tx) => tx.users.grant([{ userId, ...PARTNER, role: 'sso_admin' }], EDIT));
  const was = (await directory.userState(org, userId))!;
  expect(was.held.grants).toEqual([{ scope: 'account/main', role: 'sso_admin' }]);
  const { title: _, ...body } = was.body;
  const how = { brake: undefined };
  expect(await directory.replaceUser(org, was, body, how, decideBy(), actor())).toMatchObject({ outcome: 'replaced' });
  expect(await held()).toEqual(['sso_admin@account/partner']);
});

it('is edited by the live revision alone', async () => {
  await expect(inOrganization(org, (tx) => tx.users.hold(2))).rejects.toMatchObject({ code: 'stale_revision' });
});

it('invites nobody under an address that somebody has', async () => {
  const invite = (email: string) =>
    inOrganization(org, async (tx) => {
      const user = { email, displayName: 'Ann', grants: [PARTNER], groups: ['vip'] };
      return tx.users.invite([user, { ...user, email: email.toUpperCase() }], EDIT);
    });
  const both = await Promise.all([invite('ann@acme.example'), invite('Ann@Acme.example')]);
  expect(both.flat().filter((id) => id === undefined)).toHaveLength(3);
  expect(await held()).toEqual(['member@account/partner']);
});
