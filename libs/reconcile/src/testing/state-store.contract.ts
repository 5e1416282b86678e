/// <reference types="jest" />
import { API_VERSION, documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { rootDigestOf } from '../root-digest.ts';
import type {
  NewRevision,
  OrganizationHead,
  SignInEvidence,
  StateStore,
  StateTransaction,
  UserFacts,
} from '../state-store.ts';
import type { TestUser } from './memory-state-store.ts';

/** A store under test, with the hands that the contract needs beside the port. Each test makes a new, empty one. */
export interface StateStoreHarness {
  readonly store: StateStore;
  /** Adds a user with one identity; returns the user's id. */
  addUser(organization: string, user: TestUser): Promise<string>;
  /** Somebody got in through an IdP. */
  addEvidence(organization: string, identityProvider: string, evidence: SignInEvidence): Promise<void>;
  /** A token of the organization's directory was issued. */
  addDirectoryToken(organization: string, token: string): Promise<void>;
  /** A job got an API token for its own, by revision 1 of the platform document; returns the token's id. */
  addWorkloadToken(): Promise<string>;
  close(): Promise<void>;
}

const METADATA = '<EntityDescriptor/>';

function document(name: string, spec: OrganizationSpec = {}): OrganizationDocument {
  return { apiVersion: API_VERSION, kind: 'Organization', metadata: { name }, spec };
}

function revision(document: OrganizationDocument): NewRevision {
  const names = Object.keys(document.spec.identityProviders ?? {});
  return {
    document,
    digest: documentDigest(document),
    origin: { actor: 'ci' },
    identityProviders: Object.fromEntries(names.map((name) => [name, { metadataXml: METADATA }])),
  };
}

const OKTA: OrganizationSpec = {
  scopes: { 'account/main': {} },
  groups: { 'inbox/vip': {} },
  identityProviders: { okta: { type: 'saml', metadata: { xml: METADATA } } },
};

const MEMBER = { scope: 'account/main', role: 'member' };

/** What every StateStore does, in memory and on PostgreSQL. Call it at the top level of a spec file. */
export function stateStoreContract(name: string, make: () => Promise<StateStoreHarness>): void {
  describe(`state store contract: ${name}`, () => {
    let harness: StateStoreHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());

    const commit = <T>(work: (state: StateTransaction) => Promise<T>) => harness.store.transaction('commit', work);
    const read = <T>(work: (state: StateTransaction) => Promise<T>) => harness.store.transaction('rollback', work);
    const create = (wanted: OrganizationDocument, collection = 'default') =>
      commit((state) => state.create({ collection, name: wanted.metadata.name, revision: revision(wanted) }));
    const head = (organization: string, collection = 'nobody') =>
      read(async (state) => (await state.heads(collection, [organization])).get(organization));
    const held = (organization: OrganizationHead) =>
      read(async (state) => {
        const users: Omit<UserFacts, 'facts' | 'active'>[] = [];
        for await (const batch of state.factsOfUsers(organization.id)) {
          users.push(
            ...batch.map(({ userId, identityProvider, grants, groups }) => ({
              userId,
              identityProvider,
              grants,
              groups,
            })),
          );
        }
        return users;
      });

    it('has a created organization with its document', async () => {
      const made = await create(document('acme', OKTA));
      expect(made).toMatchObject({ name: 'acme', collection: 'default', revision: 1, deletionPolicy: 'retain' });
      expect(await head('acme')).toEqual(made);
      expect(await read((state) => state.document(made.id))).toEqual(document('acme', OKTA));
    });

    it('keeps nothing of a plan', async () => {
      await harness.store.transaction('rollback', (state) =>
        state.create({ collection: 'default', name: 'acme', revision: revision(document('acme')) }),
      );
      expect(await head('acme')).toBeUndefined();
    });

    it('keeps nothing of an apply that fails', async () => {
      const failing = commit(async (state) => {
        await state.create({ collection: 'default', name: 'acme', revision: revision(document('acme')) });
        throw new Error('stop');
      });
      await expect(failing).rejects.toThrow('stop');
      expect(await head('acme')).toBeUndefined();
    });

    it('finds the heads of the names and of all that the collection owns', async () => {
      await create(document('acme'));
      await create(document('globex'), 'other');
      await create(document('initech'), 'other');
      const heads = await read((state) => state.heads('default', ['globex', 'unknown']));
      expect([...heads.keys()].sort()).toEqual(['acme', 'globex']);
      expect(heads.get('globex')?.collection).toBe('other');
    });

    it('knows the addresses of users, of those of the organization alone', async () => {
      const acme = await create(document('acme', OKTA));
      await create(document('globex', OKTA));
      const eve = await harness.addUser('acme', { identityProvider: 'okta', facts: {}, email: 'eve@acme.com' });
      const nobody = await harness.addUser('acme', { identityProvider: 'okta', facts: {} });
      const gus = await harness.addUser('globex', { identityProvider: 'okta', facts: {}, email: 'gus@globex.com' });
      await harness.addUser('acme', { identityProvider: 'okta', facts: {}, email: 'not@asked.for' });
      const found = await read((state) => state.emails(acme.id, [eve, nobody, gus]));
      expect([...found]).toEqual([[eve, 'eve@acme.com']]);
    });

    it('adds a revision only to the one that it was made for', async () => {
      const made = await create(document('acme'));
      const changed = document('acme', { displayName: 'Acme' });
      const next = await commit((state) => state.addRevision(made.id, 1, revision(changed)));
      expect(next).toMatchObject({ revision: 2, digest: documentDigest(changed) });
      const late = commit((state) => state.addRevision(made.id, 1, revision(document('acme'))));
      await expect(late).rejects.toMatchObject({ code: 'revision_moved', expected: 1, actual: 2 });
      expect(await read((state) => state.document(made.id))).toEqual(changed);
    });

    it('stores the deletion policy of the last revision', async () => {
      const made = await create(document('acme'));
      const wanted = { ...document('acme'), metadata: { name: 'acme', deletionPolicy: 'delete' as const } };
      await commit((state) => state.addRevision(made.id, 1, revision(wanted)));
      expect((await head('acme'))?.deletionPolicy).toBe('delete');
    });

    it('renames, releases and deletes', async () => {
      const made = await create(document('acme'));
      await commit(async (state) => {
        await state.rename(made.id, 'acme-inc');
        await state.addRevision(made.id, 1, revision(document('acme-inc')));
        await state.audit(made.id, { type: 'organization.renamed', data: { from: 'acme', to: 'acme-inc' } });
      });
      expect((await head('acme-inc'))?.id).toBe(made.id);
      await commit((state) => state.release(made.id));
      expect((await head('acme-inc'))?.collection).toBeUndefined();
      await commit((state) => state.delete(made.id));
      expect(await head('acme-inc')).toBeUndefined();
    });

    it('adopts what nobody owns, and nothing else', async () => {
      const made = await create(document('acme'));
      await commit(async (state) => {
        await state.collection('mergers');
        await state.adopt(made.id, 'mergers');
      });
      expect((await head('acme'))?.collection).toBe('default');
      await commit((state) => state.release(made.id));
      await commit(async (state) => {
        const { generation } = await state.collection('mergers');
        await state.adopt(made.id, 'mergers');
        await state.saveFileDigests('mergers', []);
        expect(generation).toBe(0);
      });
      expect(await head('acme')).toMatchObject({ id: made.id, revision: 1, collection: 'mergers' });
      expect((await read((state) => state.collection('mergers'))).generation).toBe(1);
    });

    it('refuses a name and an e-mail domain that another organization has', async () => {
      const domain = { emailDomains: { 'acme.example': { verification: 'asserted' as const } } };
      await create(document('acme', domain));
      await expect(create(document('acme'))).rejects.toMatchObject({ name: 'ReconcileError', code: 'name_taken' });
      await expect(create(document('globex', domain))).rejects.toMatchObject({
        name: 'ReconcileError',
        code: 'email_domain_taken',
        organization: 'globex',
        pointer: '/spec/emailDomains/acme.example',
      });
    });

    it('lets nobody claim what another organization vouches for, and claims stand in nobody\u2019s way', async () => {
      const domain = (verification: 'asserted' | 'dns') => ({ emailDomains: { 'acme.example': { verification } } });
      await create(document('acme', domain('dns')));
      await create(document('initech', domain('dns')));
      await create(document('globex', domain('asserted')));
      await expect(create(document('umbrella', domain('dns')))).rejects.toMatchObject({ code: 'email_domain_taken' });
    });

    it('frees an e-mail domain for another organization in the same apply', async () => {
      const domain = { emailDomains: { 'acme.example': { verification: 'asserted' as const } } };
      const made = await create(document('acme', domain));
      await commit(async (state) => {
        await state.addRevision(made.id, 1, revision(document('acme')));
        await state.create({ collection: 'default', name: 'globex', revision: revision(document('globex', domain)) });
      });
      expect(await head('globex')).toMatchObject({ revision: 1 });
    });

    it('streams every user with facts and with what the user holds', async () => {
      const acme = await create(document('acme', OKTA));
      const ids: string[] = [];
      for (let n = 0; n < 7; n += 1) {
        const facts = { email: `user${n}@acme.example`, groups: ['a', 'b'] };
        ids.push(
          await harness.addUser('acme', { identityProvider: 'okta', facts, grants: [MEMBER], groups: ['inbox/vip'] }),
        );
      }
      const users = await held(acme);
      expect(users.map((user) => user.userId).sort()).toEqual(ids.sort());
      expect(users[0]).toMatchObject({ identityProvider: 'okta', grants: [MEMBER], groups: ['inbox/vip'] });
      const facts = await read(async (state) => {
        for await (const [user] of state.factsOfUsers(acme.id)) return user?.facts;
        return undefined;
      });
      expect(facts).toMatchObject({ groups: ['a', 'b'] });
    });

    it('counts active users with the role sso_admin, once each, and tells who is active', async () => {
      const acme = await create(document('acme', { ...OKTA, scopes: { 'account/main': {}, 'account/eu': {} } }));
      await create(document('globex', OKTA));
      const admin = { scope: 'account/main', role: 'sso_admin' };
      const add = (organization: string, grants: readonly (typeof admin)[], active = true) =>
        harness.addUser(organization, { identityProvider: 'okta', facts: {}, grants, active });
      const of = (id: string) => read((state) => state.administrators(id));
      expect(await of(acme.id)).toBe(0);
      await add('acme', [admin, { ...admin, scope: 'account/eu' }]);
      await add('acme', [admin]);
      await add('acme', [MEMBER]);
      const disabled = await add('acme', [admin], false);
      await add('globex', [admin]);
      expect(await of(acme.id)).toBe(2);
      const inactive = await read(async (state) => {
        const found: string[] = [];
        for await (const users of state.factsOfUsers(acme.id)) {
          found.push(...users.filter(({ active }) => !active).map(({ userId }) => userId));
        }
        return found;
      });
      expect(inactive).toEqual([disabled]);
    });

    it('makes what users hold exactly what is given', async () => {
      const acme = await create(document('acme', OKTA));
      const some = await harness.addUser('acme', {
        identityProvider: 'okta',
        facts: {},
        grants: [MEMBER],
        groups: ['inbox/vip'],
      });
      const other = await harness.addUser('acme', { identityProvider: 'okta', facts: {}, grants: [MEMBER] });
      const sources = [{ kind: 'rule' as const, name: 'admins' }];
      await commit(async (state) => {
        await state.addRevision(acme.id, 1, revision(document('acme', { ...OKTA, displayName: 'Acme' })));
        const grants = [{ scope: 'account/main', role: 'sso_admin', sources }];
        await state.replaceGrants(acme.id, 2, [{ userId: some, grants, groups: [] }]);
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
      const one = await harness.addUser('acme', { identityProvider: 'okta', facts: {}, grants });
      const ofOne = async () => (await held(acme)).find(({ userId }) => userId === one)?.grants;
      await commit((state) => state.replaceGrants(acme.id, 1, [{ userId: one, grants: [], groups: [] }]));
      expect(await ofOne()).toEqual([partner, odd, gone]);
      await commit((state) => state.retractEdited(acme.id, { scopes: ['account/p'], roles: ['member'] }));
      expect(await ofOne()).toEqual([partner]);
      const sources = [{ kind: 'rule' as const, name: 'partners' }];
      const given = { scope: 'account/p', role: 'member', sources };
      await commit((state) => state.replaceGrants(acme.id, 1, [{ userId: one, grants: [given], groups: [] }]));
      expect(await ofOne()).toEqual([{ scope: 'account/p', role: 'member' }]);
    });

    it('follows renamed roles, scopes and groups, and drops what is gone', async () => {
      const acme = await create(document('acme', OKTA));
      const grants = [MEMBER, { scope: 'account/main', role: 'author' }, { scope: 'account/main', role: 'writer' }];
      await harness.addUser('acme', {
        identityProvider: 'okta',
        facts: {},
        grants,
        groups: ['inbox/vip', 'inbox/old'],
      });
      await commit((state) =>
        state.renameHeld(acme.id, [
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

    it('keeps identities linked to a renamed identity provider', async () => {
      const acme = await create(document('acme', OKTA));
      await harness.addUser('acme', { identityProvider: 'okta', facts: {} });
      expect(await read((state) => state.linkedUsers(acme.id, 'okta'))).toBe(1);
      await commit((state) => state.renameIdentityProvider(acme.id, 'okta', 'okta-eu'));
      expect(await read((state) => state.linkedUsers(acme.id, 'okta-eu'))).toBe(1);
      expect(await read((state) => state.linkedUsers(acme.id, 'okta'))).toBe(0);
      expect((await held(acme))[0]?.identityProvider).toBe('okta-eu');
    });

    it('knows who got in through which identity provider, follows its rename, and forgets', async () => {
      const acme = await create(document('acme', OKTA));
      const globex = await create(document('globex', OKTA));
      const proof = { connectionDigest: 'ab', at: new Date('2026-11-01T12:00:00Z') };
      await harness.addEvidence('acme', 'okta', proof);
      const known = (id: string) => read(async (state) => [...(await state.evidence(id))]);
      expect([await known(acme.id), await known(globex.id)]).toEqual([[['okta', proof]], []]);
      await commit((state) => state.renameIdentityProvider(acme.id, 'okta', 'okta-eu'));
      expect(await known(acme.id)).toEqual([['okta-eu', proof]]);
      await commit((state) => state.forgetEvidence(acme.id, 'okta-eu'));
      expect(await known(acme.id)).toEqual([]);
    });

    it('closes the doors beside single sign-on, save for exempt people, and tells in a plan how much that ends', async () => {
      const acme = await create(document('acme', OKTA));
      const globex = await create(document('globex', OKTA));
      const add = (organization: string, email: string, more: Partial<TestUser> = {}) =>
        harness.addUser(organization, { identityProvider: 'okta', facts: {}, email, ...more });
      await add('acme', 'Eve@Acme.example', { sessions: ['password', 'password', 'sso'], secondFactor: true });
      await add('acme', 'Ext@agency.example', { sessions: ['password'], secondFactor: true });
      await add('globex', 'eve@acme.example', { sessions: ['password'], secondFactor: true });
      const doors = { exempt: ['ext@agency.example'], endSessions: true };
      const close =
        (more = {}, id = acme.id) =>
        (state: StateTransaction) =>
          state.closeLocalDoors(id, { ...doors, ...more });
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
      expect(await read((state) => state.endAllSessions(acme.id))).toBe(2);
      expect(await read(close({}, globex.id))).toEqual({ sessions: 1, secondFactors: 1 });
    });

    it('ends every session of one organization', async () => {
      const acme = await create(document('acme', OKTA));
      const globex = await create(document('globex', OKTA));
      const sessions = ['password', 'sso'] as const;
      for (const name of ['acme', 'globex']) {
        await harness.addUser(name, { identityProvider: 'okta', facts: {}, email: 'e@acme.example', sessions });
      }
      const count = (id: string) => read((state) => state.endAllSessions(id));
      expect(await count(acme.id)).toBe(2);
      await commit(async (state) => {
        await state.endAllSessions(acme.id);
        await state.addRevision(acme.id, 1, revision(document('acme', { ...OKTA, displayName: 'Acme' })));
      });
      expect([await count(acme.id), await count(globex.id)]).toEqual([0, 2]);
    });

    it('ends the tokens of a directory by their names, and lets them follow a rename', async () => {
      const acme = await create(document('acme', { scim: { tokens: { okta: {}, entra: {}, unused: {} } } }));
      const globex = await create(document('globex', { scim: { tokens: { okta: {} } } }));
      for (const token of ['okta', 'okta', 'entra']) await harness.addDirectoryToken('acme', token);
      await harness.addDirectoryToken('globex', 'okta');
      const end = (organization: OrganizationHead, names: readonly string[], mode = commit) =>
        mode((state) => state.endDirectoryTokens(organization.id, names));
      expect(await end(acme, [])).toEqual([]);
      expect(await end(acme, ['unused', 'nowhere'])).toEqual([]);
      await commit((state) => state.renameDirectoryToken(acme.id, 'okta', 'okta-eu'));
      const both = [
        { token: 'entra', tokens: 1 },
        { token: 'okta-eu', tokens: 2 },
      ];
      expect(await end(acme, ['okta', 'okta-eu', 'entra'], read)).toEqual(both);
      expect(await end(acme, ['okta', 'okta-eu', 'entra'])).toEqual(both);
      expect(await end(acme, ['okta-eu', 'entra'])).toEqual([]);
      expect(await end(globex, ['okta'], read)).toEqual([{ token: 'okta', tokens: 1 }]);
    });

    it('keeps what was declared apart from what is live', async () => {
      const [declared, live, again] = ['one', 'two', 'three'].map((displayName) => document('acme', { displayName }));
      const { id } = await create(declared!);
      const declaration = () => read((state) => state.declaration(id));
      expect(await declaration()).toEqual({ document: declared, origin: { actor: 'ci' } });
      await commit((state) => state.addRevision(id, 1, revision(live!)));
      expect(await declaration()).toMatchObject({ document: declared });
      expect(await head('acme')).toMatchObject({
        digest: documentDigest(live!),
        appliedDigest: documentDigest(declared!),
      });

      const origin = { actor: 'ci', commit: 'abc', lines: { '/spec/displayName': 7 } };
      const wanted = { document: again!, digest: documentDigest(again!), origin };
      await commit((state) => state.declare(id, wanted));
      expect(await declaration()).toEqual({ document: again, origin });
      expect(await head('acme')).toMatchObject({ revision: 2, appliedDigest: wanted.digest });
      // what is live is declared, and then is live no more
      await commit((state) => state.declare(id, { document: live!, digest: documentDigest(live!), origin }));
      await commit((state) => state.addRevision(id, 2, revision(again!)));
      expect(await declaration()).toEqual({ document: live, origin });
      await commit((state) => state.release(id));
      expect(await declaration()).toBeUndefined();
      expect((await head('acme'))?.appliedDigest).toBeUndefined();
    });

    it('knows which live documents deviate, and counts them for their collection', async () => {
      const made = await create(document('acme'));
      await create(document('globex'));
      const counted = async () => (await read((state) => state.collection('default'))).deviating;
      expect(await counted()).toBe(0);
      const deviation = { driftsAt: new Date('2026-11-02T00:00:00Z'), unmanaged: 0 };
      await commit((state) => state.deviate(made.id, deviation));
      expect(await head('acme')).toMatchObject({ deviation });
      expect(await counted()).toBe(1);
      await commit((state) => state.deviate(made.id, { unmanaged: 2 }));
      expect((await head('acme'))?.deviation).toEqual({ unmanaged: 2 });
      const declared = {
        document: document('acme'),
        digest: documentDigest(document('acme')),
        origin: { actor: 'ci' },
      };
      await commit((state) => state.declare(made.id, declared, deviation));
      expect(await head('acme')).toMatchObject({ deviation });
      await commit((state) => state.declare(made.id, declared));
      expect((await head('acme'))?.deviation).toBeUndefined();
      await commit((state) => state.deviate(made.id, deviation));
      await commit((state) => state.release(made.id));
      expect((await head('acme'))?.deviation).toBeUndefined();
      expect(await counted()).toBe(0);
    });

    it('has exactly the overrides that were set, organization by organization, until it is released', async () => {
      const [acme, globex] = [await create(document('acme')), await create(document('globex'))];
      const at = new Date('2026-11-01T12:00:00Z');
      const override = (path: string, reason: string) => {
        return { path, by: 'ops', reason, at, expires: new Date('2026-11-03T12:00:00Z') };
      };
      const of = (id: string) => read((state) => state.overrides(id));
      await commit((state) =>
        state.replaceOverrides(acme.id, [override('/spec/b', 'one'), override('/spec/a', 'two')]),
      );
      expect(await of(acme.id)).toEqual([override('/spec/a', 'two'), override('/spec/b', 'one')]);
      expect(await of(globex.id)).toEqual([]);
      await commit((state) => state.replaceOverrides(acme.id, [override('/spec/b', 'three')]));
      expect(await of(acme.id)).toEqual([override('/spec/b', 'three')]);
      await commit((state) => state.release(acme.id));
      expect(await of(acme.id)).toEqual([]);
    });

    it('answers with the root digest of the last apply and counts the ones that changed something', async () => {
      expect(await read((state) => state.collection('default'))).toEqual({
        name: 'default',
        generation: 0,
        deviating: 0,
      });
      const files = [{ path: 'acme.yaml', digest: 'aa', organizations: ['acme'] }];
      await commit(async (state) => {
        await state.collection('default');
        await state.create({ collection: 'default', name: 'acme', revision: revision(document('acme')) });
        await state.saveFileDigests('default', files);
      });
      const first = await read((state) => state.collection('default'));
      expect(first).toEqual({ name: 'default', generation: 1, deviating: 0, rootDigest: rootDigestOf(files) });
      expect(await read((state) => state.fileDigests('default'))).toEqual(files);
      await commit((state) => state.saveFileDigests('default', [{ ...files[0]!, digest: 'bb' }]));
      const second = await read((state) => state.collection('default'));
      expect(second.generation).toBe(1);
      expect(second.rootDigest).not.toBe(first.rootDigest);
    });

    it('runs two applies on one collection one after the other', async () => {
      const made = await create(document('acme'));
      const attempt = (displayName: string) =>
        commit(async (state) => {
          await state.collection('default');
          const current = (await state.heads('default', ['acme'])).get('acme');
          return state.addRevision(made.id, current?.revision ?? 0, revision(document('acme', { displayName })));
        });
      const heads = await Promise.all([attempt('one'), attempt('two')]);
      expect(heads.map((one) => one.revision).sort((a, b) => a - b)).toEqual([2, 3]);
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
      const print = (name = 'google', place = at) => read((state) => state.secretFingerprint(acme.id, name, place));
      const one = await print();
      expect(one).toMatch(/^[0-9a-f]{64}$/);
      expect(await print('google', { ...at, collection: 'other' })).not.toBe(one);
      expect(await print('google', { ...at, organization: 'other' })).not.toBe(one);
      expect(await print('none')).toBeUndefined();
      await commit((state) => state.addRevision(acme.id, 1, withSecret('two')));
      expect(await print()).not.toBe(one);
      await commit((state) => state.addRevision(acme.id, 2, withSecret('one')));
      await commit((state) => state.renameIdentityProvider(acme.id, 'google', 'workspace'));
      expect(await print('google')).toBeUndefined();
      expect(await print('workspace')).toBe(one);
      await commit((state) => state.addRevision(acme.id, 3, revision(document('acme'))));
      expect(await print('workspace')).toBeUndefined();
    });
  });
}
