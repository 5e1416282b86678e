import { API_VERSION, normalize } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { apply as applyUnder, isCap, reconcile } from '../index.ts';
import type { ReconcileError, ReconcileRequest } from '../index.ts';
import { MemoryStateStore } from '../testing/index.ts';
import { requestOf } from '../testing/request-of.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function document(name: string, spec: OrganizationSpec = {}): OrganizationDocument {
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name }, spec });
}

let store: MemoryStateStore;
beforeEach(() => {
  store = new MemoryStateStore();
});
const apply = (wanted: ReconcileRequest) => store.transaction('commit', (state) => reconcile(state, wanted, NOW));
const plan = (wanted: ReconcileRequest) => store.transaction('rollback', (state) => reconcile(state, wanted, NOW));

it.each(['0', '20', '9999999', '0%', '10%', '100%'])('%s is a limit', (text) => expect(isCap(text)).toBe(true));
it.each(['', '-1', '1.5', '101%', '%', '10 %', '1e3', '12345678', '٣'])('%j is none', (text) =>
  expect(isCap(text)).toBe(false),
);

describe('a plan that is applied in parts, under one lease', () => {
  const names = Array.from({ length: 12 }, (_, index) => `org-${index}`);
  const inParts = async (parts: readonly ReconcileRequest[]) => {
    const lease = await store.leases.take('default', { holder: 'ci', token: 'ci' }, NOW);
    const outcomes: string[] = [];
    for (const part of parts) {
      const terms = { actor: 'ci', lease };
      const done = store.transaction('commit', (state) => applyUnder(state, part, terms, NOW));
      outcomes.push(
        await done.then(
          () => 'done',
          (error: unknown) => (error as ReconcileError).problems[0]?.code ?? '',
        ),
      );
    }
    await store.leases.end('default', undefined);
    return outcomes;
  };
  const part = (rest: Partial<ReconcileRequest>) => ({ ...requestOf([], rest), files: [] });
  beforeEach(() => apply(requestOf(names.map((name) => document(name)))));

  it('deletes no more organizations than at once', async () => {
    const parts = names.slice(0, 7).map((name) => part({ partial: { prune: [name] } }));
    expect(await inParts(parts)).toEqual([
      ...Array.from({ length: 5 }, () => 'done'),
      ...Array(2).fill('too_many_deletes'),
    ]);
  });

  it('concerns no more users than at once', async () => {
    const roles = (role: string) => ({
      scopes: { 'account/main': {} },
      roles: { [role]: { permissions: [role] } },
      authorization: { managedBy: 'app' as const },
    });
    await apply(requestOf(names.map((name) => document(name, roles('one')))));
    const grants = [{ scope: 'account/main', role: 'one' }];
    for (const name of names) {
      for (let n = 0; n < 4; n += 1) store.addUser(name, { identityProvider: 'okta', facts: {}, grants });
    }
    const parts = names.map((name) => {
      const { organizations } = requestOf([document(name, roles('two'))]);
      return part({ organizations, partial: {}, limits: { affected: '10' } });
    });
    expect((await inParts(parts)).slice(0, 4)).toEqual(['done', 'done', 'too_many_affected', 'too_many_affected']);
    expect((await inParts(parts.slice(4)))[0]).toBe('done');
  });
});

describe('deletions', () => {
  const names = Array.from({ length: 100 }, (_, index) => `org-${index}`);
  const without = (removals: number, rest: Partial<ReconcileRequest> = {}) =>
    requestOf(
      names.slice(removals).map((name) => document(name)),
      { prune: true, ...rest },
    );
  beforeEach(() => apply(requestOf(names.map((name) => document(name)))));

  it.each<[string, Partial<ReconcileRequest>, number]>([
    ['as usual', {}, 10],
    ['fewer, when the request says so', { limits: { deletes: '3' } }, 3],
    ['none', { limits: { deletes: '0' } }, 0],
    ['not more because the request says so', { limits: { deletes: '50' } }, 10],
    ['nor a larger share', { limits: { deletes: '100%' } }, 10],
    ['as usual, where the deployment would let more through', { ceilings: { deletes: '50' } }, 10],
    ['more, when both say so', { limits: { deletes: '30' }, ceilings: { deletes: '50%' } }, 30],
    ['as far as the deployment lets it', { limits: { deletes: '90' }, ceilings: { deletes: '50%' } }, 50],
    ['fewer, when the deployment says so', { ceilings: { deletes: '2' } }, 2],
  ])('are let through %s', async (_when, rest, most) => {
    expect((await plan(without(most, rest))).summary.release).toBe(most);
    await expect(plan(without(most + 1, rest))).rejects.toMatchObject({
      code: 'too_many_deletes',
      message: expect.stringContaining(`one apply may do that to ${most};`),
    });
  });

  it('say what to do: there are no files where a few organizations are named', async () => {
    await expect(plan(without(60))).rejects.toThrow('remove fewer files at a time');
    const release = requestOf([], { partial: { release: names.slice(0, 60) } });
    await expect(plan(release)).rejects.toThrow('name fewer organizations at a time');
  });

  it('say who has to be asked for more', async () => {
    const refusal = (rest: Partial<ReconcileRequest>) => plan(without(60, rest)).catch((error: Error) => error.message);
    expect(await refusal({ limits: { deletes: '3' } })).toMatch(/--max-deletes/);
    expect(await refusal({ limits: { deletes: '99' } })).toMatch(/ROLECALL_MAX_DELETES/);
  });
});

describe('affected users', () => {
  const MEMBER = { scopes: { 'account/main': {} }, authorization: { managedBy: 'idp' } } as const;
  const staff = (role: string): OrganizationSpec => ({
    ...MEMBER,
    identityProviders: { okta: { type: 'saml', metadata: { xml: '<EntityDescriptor/>' } } },
    authorization: { managedBy: 'idp', mappingRoles: { staff: { grants: { 'account/main': [role] } } } },
  });
  const change = (rest: Partial<ReconcileRequest> = {}) =>
    requestOf([document('acme', staff('sso_admin')), document('globex', staff('sso_admin'))], rest);
  beforeEach(async () => {
    await apply(requestOf([document('acme', staff('member')), document('globex', staff('member'))]));
    const user = (organization: string, role: string) =>
      store.addUser(organization, {
        identityProvider: 'okta',
        facts: { role_mapping: [role] },
        grants: role === 'staff' ? [{ scope: 'account/main', role: 'member' }] : [],
      });
    for (let n = 0; n < 6; n += 1) user('acme', 'staff');
    for (let n = 0; n < 4; n += 1) user('globex', n < 2 ? 'staff' : 'nobody');
  });

  it.each<[string, Partial<ReconcileRequest>]>([
    ['nobody set a limit', {}],
    ['the limit is as large', { limits: { affected: '8' } }],
    ['the share is as large, of all users of the organizations that change', { limits: { affected: '80%' } }],
    ['the deployment lets so many through', { ceilings: { affected: '80%' } }],
  ])('are let through when %s', async (_when, rest) => {
    expect((await plan(change(rest))).summary.update).toBe(2);
  });

  it.each<[string, Partial<ReconcileRequest>, RegExp]>([
    ['the limit of the request', { limits: { affected: '7' } }, /may do that to 7; .*--max-affected/],
    ['its share', { limits: { affected: '79%' } }, /may do that to 7; .*--max-affected/],
    ['the limit of the deployment', { ceilings: { affected: '1' } }, /may do that to 1; .*ROLECALL_MAX_AFFECTED/],
    [
      'and that also when the request asks for more',
      { limits: { affected: '90' }, ceilings: { affected: '5' } },
      /to 5;/,
    ],
  ])('beyond %s are refused, and nothing is written', async (_what, rest, message) => {
    await expect(apply(change(rest))).rejects.toMatchObject({
      code: 'too_many_affected',
      message: expect.stringMatching(message),
    });
    await expect(apply(change(rest))).rejects.toThrow('8 users would gain or lose grants or groups (acme 6, globex 2)');
    expect(store.organizations().map(({ head }) => head.revision)).toEqual([1, 1]);
  });
});

describe('identity providers with linked users', () => {
  const okta = { type: 'saml', metadata: { xml: '<EntityDescriptor/>' } } as const;
  const google = { type: 'oidc', preset: 'google', clientId: 'x' } as const;
  const having = (identityProviders: OrganizationSpec['identityProviders'], rest: Partial<ReconcileRequest> = {}) =>
    requestOf([document('acme', { identityProviders } as OrganizationSpec)], rest);
  const linked = async (identityProvider = 'okta') => {
    await apply(having({ okta }));
    store.addUser('acme', { identityProvider, facts: {} });
  };
  const replaced = (wanted: ReconcileRequest): ReconcileRequest => ({
    ...wanted,
    organizations: wanted.organizations.map((one) => ({
      ...one,
      identityProviders: { okta: { replaces: { before: 'https://old.example', after: 'https://new.example' } } },
    })),
  });
  const changed = { ...okta, metadata: { xml: '<EntityDescriptor />' } };

  it.each<[string, ReconcileRequest, RegExp]>([
    ['removed', having({}), /okta is removed, and 1 users are linked/],
    ['of another kind', having({ okta: google } as never), /another kind \(saml -> oidc\)/],
    ['another one', replaced(having({ okta: changed })), /https:\/\/old\.example -> https:\/\/new\.example/],
  ])('take consent to be %s', async (_what, wanted, message) => {
    await linked();
    await expect(plan(wanted)).rejects.toMatchObject({
      code: 'replace_needs_consent',
      pointer: '/spec/identityProviders/okta',
      message: expect.stringMatching(message),
    });
    expect((await plan({ ...wanted, allowReplace: true })).summary.update).toBe(1);
  });

  it('take none without a linked user, for a change of settings, or for a new name', async () => {
    await linked('somewhere-else');
    expect((await plan(having({}))).summary.update).toBe(1);
    await apply(having({}));
    await linked();
    expect((await plan(having({ okta: changed }))).summary.update).toBe(1);
    expect((await plan(having({ 'okta-eu': { ...okta, previously: ['okta'] } }))).summary.update).toBe(1);
  });
});
