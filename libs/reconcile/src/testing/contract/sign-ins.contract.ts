/// <reference types="jest" />
import type { OrganizationSpec } from '@rolecall/org-config';
import type { ClosedApplication } from '../../sign-in-state.ts';
import type { OrganizationHead, StateTransaction } from '../../state-store.ts';
import type { TestUser } from '../memory-state-store.ts';
import { document, revision, OKTA } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What lets people in, and what ends when it changes. */
export function signInContract(under: StoreUnderTest): void {
  const { commit, read, create, held } = under;

  it('keeps identities linked to a renamed identity provider', async () => {
    const acme = await create(document('acme', OKTA));
    await under.harness.addUser('acme', { identityProvider: 'okta', facts: {} });
    expect(await read((state) => state.users.linkedTo(acme.id, 'okta'))).toBe(1);
    await commit((state) => state.signIns.renameIdentityProvider(acme.id, 'okta', 'okta-eu'));
    expect(await read((state) => state.users.linkedTo(acme.id, 'okta-eu'))).toBe(1);
    expect(await read((state) => state.users.linkedTo(acme.id, 'okta'))).toBe(0);
    expect((await held(acme))[0]?.identityProvider).toBe('okta-eu');
  });

  it('knows who got in through which identity provider, follows its rename, and forgets', async () => {
    const acme = await create(document('acme', OKTA));
    const globex = await create(document('globex', OKTA));
    const proof = { connectionDigest: 'ab', at: new Date('2026-11-01T12:00:00Z') };
    await under.harness.addEvidence('acme', 'okta', proof);
    const known = (id: string) => read(async (state) => [...(await state.signIns.evidence(id))]);
    expect([await known(acme.id), await known(globex.id)]).toEqual([[['okta', proof]], []]);
    await commit((state) => state.signIns.renameIdentityProvider(acme.id, 'okta', 'okta-eu'));
    expect(await known(acme.id)).toEqual([['okta-eu', proof]]);
    await commit((state) => state.signIns.forgetEvidence(acme.id, 'okta-eu'));
    expect(await known(acme.id)).toEqual([]);
  });

  it('closes the doors beside single sign-on, save for exempt people, and tells in a plan how much that ends', async () => {
    const acme = await create(document('acme', OKTA));
    const globex = await create(document('globex', OKTA));
    const add = (organization: string, email: string, more: Partial<TestUser> = {}) =>
      under.harness.addUser(organization, { identityProvider: 'okta', facts: {}, email, ...more });
    await add('acme', 'Eve@Acme.example', { sessions: ['password', 'password', 'sso'], secondFactor: true });
    await add('acme', 'Ext@agency.example', { sessions: ['password'], secondFactor: true });
    await add('globex', 'eve@acme.example', { sessions: ['password'], secondFactor: true });
    const doors = { exempt: ['ext@agency.example'], endSessions: true };
    const close =
      (more = {}, id = acme.id) =>
      (state: StateTransaction) =>
        state.signIns.closeLocalDoors(id, { ...doors, ...more });
    const all = { sessions: 2, secondFactors: 1 };
    expect(await read(close())).toEqual(all);
    expect(await read(close({ endSessions: false }))).toEqual({ ...all, sessions: 0 });
    expect(await read(close({ exempt: [] }))).toEqual({ sessions: 3, secondFactors: 2 });
    const ended = await commit(async (state) => {
      const closed = await close()(state);
      await state.addRevision(acme.id, 1, revision(document('acme', { ...OKTA, displayName: 'Acme' })));
      return closed;
    });
    expect(ended).toEqual(all);
    expect(await read(close())).toEqual({ sessions: 0, secondFactors: 0 });
    expect(await read((state) => state.signIns.endAllSessions(acme.id))).toBe(2);
    expect(await read(close({}, globex.id))).toEqual({ sessions: 1, secondFactors: 1 });
  });

  it('ends every session of one organization', async () => {
    const acme = await create(document('acme', OKTA));
    const globex = await create(document('globex', OKTA));
    const sessions = ['password', 'sso'] as const;
    for (const name of ['acme', 'globex']) {
      await under.harness.addUser(name, { identityProvider: 'okta', facts: {}, email: 'e@acme.example', sessions });
    }
    const count = (id: string) => read((state) => state.signIns.endAllSessions(id));
    expect(await count(acme.id)).toBe(2);
    await commit(async (state) => {
      await state.signIns.endAllSessions(acme.id);
      await state.addRevision(acme.id, 1, revision(document('acme', { ...OKTA, displayName: 'Acme' })));
    });
    expect([await count(acme.id), await count(globex.id)]).toEqual([0, 2]);
  });

  it('ends the tokens of a directory by their names, and lets them follow a rename', async () => {
    const acme = await create(document('acme', { scim: { tokens: { okta: {}, entra: {}, unused: {} } } }));
    const globex = await create(document('globex', { scim: { tokens: { okta: {} } } }));
    for (const token of ['okta', 'okta', 'entra']) await under.harness.addDirectoryToken('acme', token);
    await under.harness.addDirectoryToken('globex', 'okta');
    const end = (organization: OrganizationHead, names: readonly string[], mode = commit) =>
      mode((state) => state.signIns.endDirectoryTokens(organization.id, names));
    expect(await end(acme, [])).toEqual([]);
    expect(await end(acme, ['unused', 'nowhere'])).toEqual([]);
    await commit((state) => state.signIns.renameDirectoryToken(acme.id, 'okta', 'okta-eu'));
    const both = [
      { token: 'entra', tokens: 1 },
      { token: 'okta-eu', tokens: 2 },
    ];
    expect(await end(acme, ['okta', 'okta-eu', 'entra'], read)).toEqual(both);
    expect(await end(acme, ['okta', 'okta-eu', 'entra'])).toEqual(both);
    expect(await end(acme, ['okta-eu', 'entra'])).toEqual([]);
    expect(await end(globex, ['okta'], read)).toEqual([{ token: 'okta', tokens: 1 }]);
  });

  it('tells by a fingerprint whether a client secret is the stored one, which follows a renamed IdP', async () => {
    const google = {
      type: 'oidc' as const,
      issuer: 'https://op.example',
      clientId: 'rolecall',
      clientSecret: { fromEnv: 'GOOGLE_SECRET' },
    };
    const wanted = document('acme', { identityProviders: { google } });
    const withSecret = (clientSecret: string) => ({
      ...revision(wanted),
      identityProviders: { google: { clientSecret } },
    });
    const acme = await commit((state) =>
      state.create({ collection: 'default', name: 'acme', revision: withSecret('one') }),
    );
    const at = {
      collection: 'default',
      organization: 'acme',
      pointer: '/spec/identityProviders/google/clientSecret',
    };
    const print = (name = 'google', place = at) =>
      read((state) => state.signIns.secretFingerprint(acme.id, { map: 'identityProviders', name }, place));
    const one = await print();
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(await print('google', { ...at, collection: 'other' })).not.toBe(one);
    expect(await print('google', { ...at, organization: 'other' })).not.toBe(one);
    expect(await print('none')).toBeUndefined();
    await commit((state) => state.addRevision(acme.id, 1, withSecret('two')));
    expect(await print()).not.toBe(one);
    await commit((state) => state.addRevision(acme.id, 2, withSecret('one')));
    await commit((state) => state.signIns.renameIdentityProvider(acme.id, 'google', 'workspace'));
    expect(await print('google')).toBeUndefined();
    expect(await print('workspace')).toBe(one);
    await commit((state) => state.addRevision(acme.id, 3, revision(document('acme'))));
    expect(await print('workspace')).toBeUndefined();
  });

  it('keeps the client secrets of applications apart from those of IdPs with the same names', async () => {
    const place = { collection: 'default', organization: 'acme', pointer: '/spec/applications/google/clientSecret' };
    const application = {
      type: 'oidc' as const,
      redirectUris: ['https://app.example.com/callback'],
      clientAuthentication: 'client_secret_basic' as const,
      clientSecret: { fromEnv: 'APP_SECRET' },
    };
    const google = {
      type: 'oidc' as const,
      issuer: 'https://op.example',
      clientId: 'rolecall',
      clientSecret: { fromEnv: 'GOOGLE_SECRET' },
    };
    const of = (applications: OrganizationSpec['applications']) =>
      document('acme', { identityProviders: { google }, applications });
    const both = {
      ...revision(of({ google: application })),
      identityProviders: { google: { clientSecret: 'of the provider' } },
      applicationSecrets: { google: 'of the application' },
    };
    const acme = await commit((state) => state.create({ collection: 'default', name: 'acme', revision: both }));
    const print = (map: 'identityProviders' | 'applications', name = 'google') =>
      read((state) => state.signIns.secretFingerprint(acme.id, { map, name }, place));
    const [provider, own] = [await print('identityProviders'), await print('applications')];
    expect(new Set([provider, own, undefined]).size).toBe(3);
    await commit((state) => state.addRevision(acme.id, 1, revision(of({ google: application }))));
    expect([await print('identityProviders'), await print('applications')]).toEqual([provider, own]);
    await commit((state) => state.signIns.renameApplication(acme.id, 'google', 'dashboard'));
    await commit((state) => state.addRevision(acme.id, 2, revision(of({ dashboard: application }))));
    expect(await print('applications')).toBeUndefined();
    expect(await print('applications', 'dashboard')).toBe(own);
    expect(await print('identityProviders')).toBe(provider);
    const open = { type: 'oidc' as const, redirectUris: application.redirectUris };
    await commit((state) => state.addRevision(acme.id, 3, revision(of({ dashboard: open }))));
    await commit((state) => state.addRevision(acme.id, 4, revision(of({ dashboard: application }))));
    expect(await print('applications', 'dashboard')).toBeUndefined();
    expect(await print('identityProviders')).toBe(provider);
  });

  it('ends the sign-ins to applications that let nobody in any more, and lets them follow a rename', async () => {
    const [acme, globex] = [await create(document('acme', OKTA)), await create(document('globex', OKTA))];
    const signIn = (organization: string, at: { readonly client: string } | { readonly origin: string }) =>
      under.harness.addApplicationSignIn(organization, at);
    for (const organization of ['acme', 'globex']) {
      for (const client of ['dash', 'dash', 'office']) await signIn(organization, { client });
      await signIn(organization, { origin: 'https://grafana.example.com' });
      await signIn(organization, { origin: 'https://wiki.example.com' });
    }
    await commit(async (state) => {
      await state.signIns.renameApplication(acme.id, 'dash', 'board');
      const both = { application: 'board', client: true, origins: [] };
      expect(await state.signIns.endApplicationSignIns(globex.id, [both])).toEqual([]);
      await state.addRevision(acme.id, 1, revision(document('acme', { ...OKTA, displayName: 'Renamed' })));
    });
    await read(async (state) => {
      await state.signIns.renameApplication(acme.id, 'board', 'dashboard');
      const renamed = { application: 'dashboard', client: true, origins: [] };
      expect(await state.signIns.endApplicationSignIns(acme.id, [renamed])).toEqual([
        { application: 'dashboard', signIns: 2 },
      ]);
    });
    const end = ({ id }: OrganizationHead, closed: readonly ClosedApplication[]) =>
      read((state) => state.signIns.endApplicationSignIns(id, closed));
    const closed = [
      { application: 'wiki', client: false, origins: ['https://wiki.example.com', 'https://none.example.com'] },
      { application: 'board', client: true, origins: [] },
      { application: 'unused', client: true, origins: [] },
      { application: 'office', client: false, origins: [] },
    ];
    const ended = [
      { application: 'board', signIns: 2 },
      { application: 'wiki', signIns: 1 },
    ];
    expect(await end(acme, closed)).toEqual(ended);
    await commit(async (state) => {
      expect(await state.signIns.endApplicationSignIns(acme.id, closed)).toEqual(ended);
      await state.addRevision(acme.id, 2, revision(document('acme', { ...OKTA, displayName: 'Acme' })));
    });
    expect(await end(acme, closed)).toEqual([]);
    const others = [
      { application: 'grafana', client: false, origins: ['https://grafana.example.com'] },
      { application: 'office', client: true, origins: [] },
    ];
    expect(await end(acme, others)).toHaveLength(2);
    expect(await end(globex, closed)).toEqual([{ application: 'wiki', signIns: 1 }]);
  });

  it('tells which other organizations declare an origin, on or off, and none that is gone', async () => {
    const at = (name: string, origins: readonly string[], enabled = true) =>
      document(name, { ...OKTA, applications: { wiki: { type: 'forward-auth', enabled, origins } } });
    const [theirs, shared, own] = ['https://theirs.example', 'https://shared.example', 'https://own.example'];
    const acme = await create(at('acme', [shared, own]));
    const globex = await create(at('globex', [theirs, shared], false));
    await create(at('globex-labs', [shared]));
    const origins = [own, shared, theirs, 'https://none.example'];
    const ofOthers = ({ id }: OrganizationHead) => read((state) => state.signIns.originsOfOthers(id, origins));
    const beyond = (...globs: string[]) => read((state) => state.signIns.originsBeyond(origins, globs));
    expect(await ofOthers(acme)).toEqual([
      { origin: shared, organizations: 2 },
      { origin: theirs, organizations: 1 },
    ]);
    expect([await beyond('acme'), await beyond('*'), await beyond('globex*'), await beyond()]).toEqual([
      [shared, theirs],
      [],
      [own, shared],
      [own, shared, theirs],
    ]);
    await commit((state) => state.addRevision(globex.id, 1, revision(document('globex', OKTA))));
    expect(await ofOthers(acme)).toEqual([{ origin: shared, organizations: 1 }]);
  });
}
