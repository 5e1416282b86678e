import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { endOverrides, mergePatch, reconcile, writeOrganization } from './index.ts';
import type { DesiredOrganization, OrganizationWrite, ReconcileRequest } from './index.ts';
import { MemoryStateStore } from './testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const TOMORROW = new Date('2026-11-02T12:00:00Z');
const google = { type: 'oidc' as const, preset: 'google' as const, clientId: 'c', clientSecret: { fromEnv: 'SECRET' } };
const POINTER = '/spec/identityProviders/google/clientSecret';

function document(spec: OrganizationSpec): OrganizationDocument {
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name: 'acme' }, spec });
}

function desired(spec: OrganizationSpec, secrets = {}): DesiredOrganization {
  const of = document(spec);
  return { document: of, digest: documentDigest(of), identityProviders: {}, secrets };
}

function request(spec: OrganizationSpec): ReconcileRequest {
  const files = [{ path: 'acme.yaml', digest: documentDigest(document(spec)), organizations: ['acme'] }];
  const organizations = [{ ...desired(spec), file: 'acme.yaml', lines: { '/spec': 4, '/spec/displayName': 5 } }];
  const origin = { actor: 'ci', repository: 'acme/config', commit: '0123456789abcdef' };
  return { collection: 'default', organizations, unchangedFiles: [], files, prune: false, origin };
}

async function applied(spec: OrganizationSpec): Promise<MemoryStateStore> {
  const store = new MemoryStateStore();
  await store.transaction('commit', (state) => reconcile(state, request(spec), NOW));
  return store;
}

function write(store: MemoryStateStore, spec: OrganizationSpec, more: Partial<OrganizationWrite> = {}) {
  const wanted = { wanted: desired(spec), baseRevision: 1, by: 'ops', ...more };
  return store.transaction('commit', (state) => writeOrganization(state, wanted, NOW));
}

describe('a write past git', () => {
  it('names the place of every declared field that it would change', async () => {
    const store = await applied({ displayName: 'Acme', login: { session: { idle: '1h' } } });
    const failing = write(store, { displayName: 'Globex', login: { session: { idle: '5m' } } });
    await expect(failing).rejects.toMatchObject({
      problems: [
        { code: 'owned_by_git', message: expect.stringContaining('acme/config@0123456789ab acme.yaml:5') },
        { code: 'owned_by_git', message: expect.stringContaining('acme/config@0123456789ab acme.yaml:4') },
      ],
    });
    expect(store.organizations()[0]?.head.revision).toBe(1);
  });

  it('never sets a secret that a file declares, not even by an override', async () => {
    const store = new MemoryStateStore();
    const fingerprint = { [POINTER]: 'a'.repeat(64) };
    const first = request({ identityProviders: { google } });
    const organizations = first.organizations.map((one) => ({ ...one, secrets: fingerprint }));
    await store.transaction('commit', (state) => reconcile(state, { ...first, organizations }, NOW));
    const failing = write(
      store,
      {},
      {
        wanted: desired({ identityProviders: { google } }, { [POINTER]: 'b'.repeat(64) }),
        override: { reason: 'r', expires: TOMORROW },
      },
    );
    await expect(failing).rejects.toMatchObject({ code: 'owned_by_git', pointer: POINTER });
  });

  it.each([
    ['where no file says anything of it', undefined],
    ['as an override', { reason: 'incident', expires: TOMORROW }],
  ])('turns enforceSso on only where somebody can look after the sign-in: %s', async (_, override) => {
    const okta = { type: 'saml' as const, metadata: { url: 'https://okta.example/m' } };
    const spec = { scopes: { 'account/main': {} }, identityProviders: { okta } };
    const store = await applied(override ? { ...spec, login: { enforceSso: false } } : spec);
    const proof = { connectionDigest: 'ab', at: NOW };
    store.addEvidence('acme', 'okta', proof);
    const enforced = { ...spec, login: { enforceSso: true, recoveryAdmins: ['it@acme.com'] } };
    const identityProviders = { okta: { connectionDigest: 'ab' } };
    const more = { wanted: { ...desired(enforced), identityProviders }, ...(override && { override }) };
    await expect(write(store, enforced, more)).rejects.toMatchObject({ code: 'no_sso_admin' });
    const alone = { ...enforced, login: { enforceSso: true } };
    const unattended = { ...more, wanted: { ...desired(alone), identityProviders } };
    await expect(write(store, alone, unattended)).rejects.toMatchObject({ code: 'no_recovery_admin' });
    const grants = [{ scope: 'account/main', role: 'sso_admin' }];
    store.addUser('acme', { identityProvider: 'okta', facts: {}, grants });
    expect(await write(store, enforced, more)).toMatchObject({ revision: 2 });
  });

  it('back to what is declared needs no override, and ends the one that there was', async () => {
    const store = await applied({ displayName: 'Acme' });
    await write(store, { displayName: 'Globex' }, { override: { reason: 'r', expires: TOMORROW } });
    const { overrides } = await write(store, { displayName: 'Acme' }, { baseRevision: 2 });
    expect(overrides).toEqual([]);
    expect(store.organizations()[0]?.head.deviation).toBeUndefined();
  });

  it('of another field leaves an override as it is', async () => {
    const store = await applied({ displayName: 'Acme' });
    const { overrides } = await write(
      store,
      { displayName: 'Globex' },
      { override: { reason: 'r', expires: TOMORROW } },
    );
    const second = await write(
      store,
      { displayName: 'Globex', jit: { enabled: false } },
      { baseRevision: 2, by: 'else' },
    );
    expect(second.overrides).toEqual(overrides);
    expect(store.organizations()[0]?.head.deviation).toEqual({ driftsAt: TOMORROW, unmanaged: 0 });
  });

  it('takes no identity provider away that users are linked to, without consent', async () => {
    const okta = { type: 'saml' as const, metadata: { url: 'https://okta.example' } };
    const store = await applied({});
    await write(store, { identityProviders: { okta } });
    store.addUser('acme', { identityProvider: 'okta', facts: {} });
    await expect(write(store, {}, { baseRevision: 2 })).rejects.toMatchObject({ code: 'replace_needs_consent' });
    expect(await write(store, {}, { baseRevision: 2, allowReplace: true })).toMatchObject({ revision: 3 });
  });

  it('concerns no more users than the deployment lets one write', async () => {
    const scopes = { 'account/main': {} };
    const store = await applied({
      scopes,
      identityProviders: { okta: { type: 'saml', metadata: { url: 'https://x' } } },
    });
    store.addUser('acme', { identityProvider: 'okta', facts: { team: 'red' } });
    const spec = {
      ...document({ scopes, identityProviders: { okta: { type: 'saml', metadata: { url: 'https://x' } } } }).spec,
      authorization: {
        mappingRoles: {},
        rules: [{ name: 'all', when: { attribute: 'team', equals: 'red' }, grants: { 'account/main': ['member'] } }],
      },
    };
    await expect(write(store, spec, { ceilings: { affected: '0' } })).rejects.toMatchObject({
      code: 'too_many_affected',
    });
    expect(await write(store, spec, { ceilings: { affected: '1' } })).toMatchObject({ impact: { affectedUsers: 1 } });
  });

  it('tells what ended, once', async () => {
    const store = await applied({ displayName: 'Acme' });
    await write(store, { displayName: 'Globex' }, { override: { reason: 'r', expires: TOMORROW } });
    const end = () => store.transaction('commit', (state) => endOverrides(state, { name: 'acme' }, NOW));
    expect(await end()).toMatchObject([{ path: '/spec/displayName' }]);
    expect(await end()).toEqual([]);
    expect(store.organizations()[0]?.head.deviation).toEqual({ driftsAt: NOW, unmanaged: 0 });
  });
});

/** The examples of RFC 7396, appendix A, that objects can show. */
it.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merges %j with %j to %j', (target, patch, merged) => {
  expect(JSON.parse(JSON.stringify(mergePatch(target, patch)))).toEqual(merged);
});

it('a patch of any depth is merged', () => {
  const depth = 100_000;
  const deep = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) as never;
  expect(mergePatch({}, deep)).toHaveProperty('a');
});

it('a patch cannot reach a prototype', () => {
  const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": 1}}') as never);
  expect(Object.keys(merged as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('an override of what is live already', () => {
  const LATER = new Date('2026-11-04T12:00:00Z');
  const globex = { spec: { displayName: 'Globex' } };
  const override = (expires: Date, reason = 'r') => ({ patch: globex, override: { reason, expires } });

  it('prolongs the one that runs, and is audited', async () => {
    const store = await applied({ displayName: 'Acme', login: { session: { idle: '1h' } } });
    const spec = { displayName: 'Globex', login: { session: { idle: '5m' } } };
    await write(store, spec, { override: { reason: 'r', expires: TOMORROW } });
    const written = await write(store, spec, { baseRevision: 2, ...override(LATER, 'longer') });
    expect(written).toMatchObject({ revision: 2, fields: [] });
    expect(written.overrides).toMatchObject([
      { path: '/spec/displayName', expires: LATER, reason: 'longer' },
      { path: '/spec/login/session/idle', expires: TOMORROW, reason: 'r' },
    ]);
    expect(store.audit('acme').at(-1)).toEqual({
      type: 'organization.overridden',
      data: { paths: ['/spec/displayName'], reason: 'longer', until: LATER.toISOString() },
    });
    expect(store.organizations()[0]?.head.deviation).toEqual({ driftsAt: TOMORROW, unmanaged: 0 });
  });

  it('gives what drifted an end', async () => {
    const store = await applied({ displayName: 'Acme' });
    await write(store, { displayName: 'Globex' }, { override: { reason: 'r', expires: TOMORROW } });
    await store.transaction('commit', (state) => endOverrides(state, { name: 'acme' }, NOW));
    await write(store, { displayName: 'Globex' }, { baseRevision: 2, ...override(TOMORROW) });
    const plan = await store.transaction('commit', (state) => reconcile(state, request({ displayName: 'Acme' }), NOW));
    expect(plan).toMatchObject({ changes: [], overrides: [{ path: '/spec/displayName' }] });
  });
});

it('an override of what no file declares is in the audit log, with its reason', async () => {
  const store = await applied({ displayName: 'Acme' });
  const spec = { displayName: 'Acme', roles: { checker: { permissions: ['audit.read'] } } };
  await write(store, spec, { override: { reason: 'incident', expires: TOMORROW } });
  expect(store.audit('acme').at(-1)).toEqual({
    type: 'organization.overridden',
    data: { paths: ['/spec/roles/checker'], reason: 'incident', until: TOMORROW.toISOString() },
  });
});

describe('a plan names an override', () => {
  const overridden = async () => {
    const store = await applied({ roles: { helper: { permissions: ['a'] } } });
    const helper = { permissions: ['b'] };
    await write(store, { roles: { helper } }, { override: { reason: 'r', expires: TOMORROW } });
    return store;
  };
  const planned = async (more: Partial<ReconcileRequest>) => {
    const store = await overridden();
    return store.transaction('rollback', (state) => reconcile(state, { ...request({}), ...more }, NOW));
  };

  it('that stands', async () => {
    const plan = await planned(request({ displayName: 'Acme', roles: { helper: { permissions: ['a'] } } }));
    expect(plan.overrides).toMatchObject([{ organization: 'acme', path: '/spec/roles/helper/permissions' }]);
  });

  it('no more that ends with a release', async () => {
    const plan = await planned({ organizations: [], files: [], partial: { release: ['acme'] } });
    expect(plan.changes).toHaveLength(1);
    expect(plan.overrides).toEqual([]);
  });

  it('at the new place of an entry that is renamed, until its end', async () => {
    const store = await overridden();
    const renamed = request({ roles: { aide: { permissions: ['a'], previously: ['helper'] } } });
    const at = (now: Date) => store.transaction('commit', (state) => reconcile(state, renamed, now));
    const plan = await at(NOW);
    expect(plan.overrides).toMatchObject([{ path: '/spec/roles/aide/permissions', expires: TOMORROW.toISOString() }]);
    const fields = plan.changes[0]?.fields.map(({ path }) => path);
    expect(fields).not.toContain('/spec/roles/aide/permissions');
    expect((await at(NOW)).changes).toEqual([]);
    const after = await at(TOMORROW);
    expect(after.changes[0]?.fields).toMatchObject([{ path: '/spec/roles/aide/permissions', origin: 'drift' }]);
    expect(after.overrides).toEqual([]);
  });
});

it('a conflict over what is declared for the first time says so', async () => {
  const store = await applied({});
  await write(store, { displayName: 'Globex' });
  const failing = store.transaction('commit', (state) => reconcile(state, request({ displayName: 'Acme' }), NOW));
  await expect(failing).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('for the first time'),
  });
  await expect(failing).rejects.toMatchObject({ message: expect.not.stringContaining('drift --write') });
});
