/// <reference types="jest" />
import { document, revision, OKTA, MEMBER } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** Users: their facts, and what they hold. */
export function userContract(under: StoreUnderTest): void {
  const { commit, read, create, held } = under;

  it('knows the addresses of users, of those of the organization alone', async () => {
    const acme = await create(document('acme', OKTA));
    await create(document('globex', OKTA));
    const eve = await under.harness.addUser('acme', { identityProvider: 'okta', facts: {}, email: 'eve@acme.com' });
    const nobody = await under.harness.addUser('acme', { identityProvider: 'okta', facts: {} });
    const gus = await under.harness.addUser('globex', { identityProvider: 'okta', facts: {}, email: 'gus@globex.com' });
    await under.harness.addUser('acme', { identityProvider: 'okta', facts: {}, email: 'not@asked.for' });
    const found = await read((state) => state.users.emails(acme.id, [eve, nobody, gus]));
    expect([...found]).toEqual([[eve, 'eve@acme.com']]);
  });

  it('streams every user with facts and with what the user holds', async () => {
    const acme = await create(document('acme', OKTA));
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      const facts = { email: `user${n}@acme.example`, groups: ['a', 'b'] };
      ids.push(
        await under.harness.addUser('acme', {
          identityProvider: 'okta',
          facts,
          grants: [MEMBER],
          groups: ['inbox/vip'],
        }),
      );
    }
    const users = await held(acme);
    expect(users.map((user) => user.userId).sort()).toEqual(ids.sort());
    expect(users[0]).toMatchObject({ identityProvider: 'okta', grants: [MEMBER], groups: ['inbox/vip'] });
    const facts = await read(async (state) => {
      for await (const [user] of state.users.facts(acme.id)) return user?.facts;
      return undefined;
    });
    expect(facts).toMatchObject({ groups: ['a', 'b'] });
  });

  it('counts active users with the role sso_admin, once each, and tells who is active', async () => {
    const acme = await create(document('acme', { ...OKTA, scopes: { 'account/main': {}, 'account/eu': {} } }));
    await create(document('globex', OKTA));
    const admin = { scope: 'account/main', role: 'sso_admin' };
    const add = (organization: string, grants: readonly (typeof admin)[], active = true) =>
      under.harness.addUser(organization, { identityProvider: 'okta', facts: {}, grants, active });
    const of = (id: string) => read((state) => state.users.administrators(id));
    expect(await of(acme.id)).toBe(0);
    await add('acme', [admin, { ...admin, scope: 'account/eu' }]);
    await add('acme', [admin]);
    await add('acme', [MEMBER]);
    const disabled = await add('acme', [admin], false);
    await add('globex', [admin]);
    expect(await of(acme.id)).toBe(2);
    const inactive = await read(async (state) => {
      const found: string[] = [];
      for await (const users of state.users.facts(acme.id)) {
        found.push(...users.filter(({ active }) => !active).map(({ userId }) => userId));
      }
      return found;
    });
    expect(inactive).toEqual([disabled]);
  });

  it('makes what users hold exactly what is given', async () => {
    const acme = await create(document('acme', OKTA));
    const some = await under.harness.addUser('acme', {
      identityProvider: 'okta',
      facts: {},
      grants: [MEMBER],
      groups: ['inbox/vip'],
    });
    const other = await under.harness.addUser('acme', { identityProvider: 'okta', facts: {}, grants: [MEMBER] });
    const sources = [{ kind: 'rule' as const, name: 'admins' }];
    await commit(async (state) => {
      await state.addRevision(acme.id, 1, revision(document('acme', { ...OKTA, displayName: 'Acme' })));
      const grants = [{ scope: 'account/main', role: 'sso_admin', sources }];
      await state.users.replaceGrants(acme.id, 2, [{ userId: some, grants, groups: [] }]);
    });
    const users = new Map((await held(acme)).map((user) => [user.userId, user]));
    expect(users.get(some)).toMatchObject({ grants: [{ scope: 'account/main', role: 'sso_admin' }], groups: [] });
    expect(users.get(other)).toMatchObject({ grants: [MEMBER], groups: [] });
  });

  it('leaves what somebody edited, until its scope or its role is no longer edited', async () => {
    const acme = await create(document('acme', OKTA));
    const edited = (scope: string, role: string) => ({ scope, role, edited: true as const });
    const [partner, gone, odd] = [
      edited('account/p', 'member'),
      edited('account/q', 'member'),
      edited('account/p', 'x'),
    ];
    const grants = [MEMBER, partner, odd, gone];
    const one = await under.harness.addUser('acme', { identityProvider: 'okta', facts: {}, grants });
    const ofOne = async () => (await held(acme)).find(({ userId }) => userId === one)?.grants;
    await commit((state) => state.users.replaceGrants(acme.id, 1, [{ userId: one, grants: [], groups: [] }]));
    expect(await ofOne()).toEqual([partner, odd, gone]);
    await commit((state) => state.users.retractEdited(acme.id, { scopes: ['account/p'], roles: ['member'] }));
    expect(await ofOne()).toEqual([partner]);
    const sources = [{ kind: 'rule' as const, name: 'partners' }];
    const given = { scope: 'account/p', role: 'member', sources };
    await commit((state) => state.users.replaceGrants(acme.id, 1, [{ userId: one, grants: [given], groups: [] }]));
    expect(await ofOne()).toEqual([{ scope: 'account/p', role: 'member' }]);
  });

  it('follows renamed roles, scopes and groups, and drops what is gone', async () => {
    const acme = await create(document('acme', OKTA));
    const grants = [MEMBER, { scope: 'account/main', role: 'author' }, { scope: 'account/main', role: 'writer' }];
    await under.harness.addUser('acme', {
      identityProvider: 'okta',
      facts: {},
      grants,
      groups: ['inbox/vip', 'inbox/old'],
    });
    await commit((state) =>
      state.users.renameHeld(acme.id, [
        { kind: 'role', from: 'author', to: 'writer' },
        { kind: 'scope', from: 'account/main', to: 'account/eu' },
        { kind: 'group', from: 'inbox/vip', to: 'inbox/gold' },
        { kind: 'group', from: 'inbox/old' },
        { kind: 'role', from: 'member' },
      ]),
    );
    const [user] = await held(acme);
    expect(user?.grants).toEqual([{ scope: 'account/eu', role: 'writer' }]);
    expect(user?.groups).toEqual(['inbox/gold']);
  });
}
