import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { Json, OrganizationDocument, OrganizationSpec } from '@rolecall/org-config';
import { anyApplications } from '../testing/any-application.ts';
import fc from 'fast-check';
import {
  driftOfCollection,
  endedOverrides,
  endOverrides,
  mergePatch,
  reconcile,
  valuesOfDrift,
  writeOrganization,
} from '../index.ts';
import type { DesiredOrganization, OrganizationWrite, ReconcileRequest } from '../index.ts';
import { overridesAfter, touchedBy } from './overriding.ts';
import { MemoryStateStore } from '../testing/index.ts';
import { driftOf, takenBack } from './three-way.ts';

/** Overrides of what no collection declares: they keep what was there before, and end as those of declared fields do. */
const NOW = new Date('2026-11-01T12:00:00Z');
const TOMORROW = new Date('2026-11-02T12:00:00Z');
const LATER = new Date('2026-11-04T12:00:00Z');
const okta = { type: 'saml' as const, metadata: { url: 'https://okta.example/m', refresh: '6h' } };
const google = {
  type: 'oidc' as const,
  preset: 'google' as const,
  clientId: 'c',
  clientSecret: { fromEnv: 'SECRET' },
  hostedDomain: 'acme.com',
};

const HELPS = { displayName: 'Incident', roles: { helper: { permissions: ['a'] } } };
const scopes = { 'account/main': {} };
const rule = (name: string) => ({
  name,
  when: { attribute: 'team', present: true as const },
  grants: { 'account/main': ['member'] },
});

function document(spec: OrganizationSpec): OrganizationDocument {
  return normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name: 'acme' }, spec });
}

function desired(spec: OrganizationSpec, secrets = {}): DesiredOrganization {
  const of = document(spec);
  return { document: of, digest: documentDigest(of), identityProviders: {}, secrets };
}

function request(spec: OrganizationSpec, more: Partial<ReconcileRequest> = {}): ReconcileRequest {
  const files = [{ path: 'acme.yaml', digest: documentDigest(document(spec)), organizations: ['acme'] }];
  const organizations = [{ ...desired(spec), file: 'acme.yaml' }];
  const origin = { actor: 'ci' };
  return { collection: 'default', organizations, unchangedFiles: [], files, prune: false, origin, ...more };
}

/** A declared document, what the console set beside it, and an override on top. */
class World {
  readonly store = new MemoryStateStore();

  static async with(declared: OrganizationSpec, beside?: OrganizationSpec, secrets = {}): Promise<World> {
    const world = new World();
    await world.apply(request(declared));
    if (beside) await world.write(beside, { wanted: desired(beside, secrets) });
    return world;
  }

  apply(wanted: ReconcileRequest, at = NOW) {
    return this.store.transaction('commit', (state) => reconcile(state, wanted, at));
  }

  write(spec: OrganizationSpec, more: Partial<OrganizationWrite> = {}, at = NOW) {
    const wanted = { wanted: desired(spec), baseRevision: this.head.revision, by: 'ops', ...more };
    return this.store.transaction('commit', (state) => writeOrganization(state, wanted, at));
  }

  override(spec: OrganizationSpec, more: Partial<OrganizationWrite> = {}) {
    return this.write(spec, { override: { reason: 'incident', expires: TOMORROW }, ...more });
  }

  /** What the server does by itself. */
  async end(at = TOMORROW, meanwhile?: () => Promise<unknown>) {
    const ended = await this.store.transaction('rollback', (state) => endedOverrides(state, 'acme', at));
    if (ended === undefined) return undefined;
    await meanwhile?.();
    const { document: back } = ended;
    const wanted = { document: back, digest: documentDigest(back), identityProviders: {} };
    const write = { wanted, baseRevision: ended.head.revision, by: 'system', ends: ended };
    await this.store.transaction('commit', (state) => writeOrganization(state, write, at));
    return ended.paths;
  }

  overrides() {
    return this.store.transaction('rollback', (state) => state.overrides(this.head.id));
  }

  get head() {
    return this.store.organizations()[0]!.head;
  }
  get live() {
    return this.store.organizations()[0]!.revisions.at(-1)!.document.spec;
  }
}

describe('an override of what no file declares', () => {
  it.each<[string, OrganizationSpec, OrganizationSpec, OrganizationSpec, string, string?]>([
    ['a setting that was not there', {}, {}, { login: { session: { idle: '5m' } } }, '/spec/login/session/idle'],
    ['a setting of the console', {}, { displayName: 'Old' }, { displayName: 'New' }, '/spec/displayName'],
    ['an entry that it adds', {}, {}, { roles: { helper: { permissions: ['a'] } } }, '/spec/roles/helper'],
    ['an entry that it takes away', {}, { roles: { helper: {} } }, {}, '/spec/roles/helper'],
    ['a directory', {}, {}, { scim: {} }, '/spec/scim'],
    ['a directory of the console', {}, { scim: {} }, {}, '/spec/scim'],
    ['a setting of a directory', {}, { scim: {} }, { scim: { enabled: false } }, '/spec/scim/enabled'],
    ['a directory with settings', {}, {}, { scim: { enabled: true } }, '/spec/scim', '/spec/scim/enabled'],
    [
      'a part of a declared entry',
      { identityProviders: { okta } },
      { identityProviders: { okta } },
      { identityProviders: { okta: { ...okta, enabled: false } } },
      '/spec/identityProviders/okta/enabled',
    ],
    [
      'metadata, which comes back as a whole',
      {},
      { identityProviders: { okta } },
      { identityProviders: { okta: { ...okta, metadata: { url: 'https://other.example', refresh: '6h' } } } },
      '/spec/identityProviders/okta/metadata',
      '/spec/identityProviders/okta/metadata/url',
    ],
    [
      'a rule among others',
      { scopes, authorization: { rules: [rule('a')] } },
      { scopes, authorization: { rules: [rule('a')] } },
      { scopes, authorization: { rules: [rule('b'), rule('a')] } },
      '/spec/authorization/rules/b',
    ],
  ])(
    'stands in plans, is drift when it is over, and is taken back: %s',
    async (_what, declared, beside, wanted, path, field = path) => {
      const world = await World.with(declared, beside);
      const before = world.live;
      expect(await world.override(wanted)).toMatchObject({ overrides: [{ path, reason: 'incident' }] });
      expect(world.head.deviation).toMatchObject({ driftsAt: TOMORROW });
      const standing = await world.apply(request(declared));
      expect(standing).toMatchObject({ changes: [], overrides: [{ path }] });
      expect(standing.unmanaged.map((one) => one.path)).not.toContain(path);
      expect(await world.end(NOW)).toBeUndefined();

      const planned = await world.store.transaction('rollback', (state) =>
        reconcile(state, request(declared), TOMORROW),
      );
      expect(planned).toMatchObject({ overrides: [], changes: [{ fields: [{ path: field, origin: 'drift' }] }] });
      expect(await world.end()).toEqual([field]);
      expect(world.live).toEqual(before);
      expect(world.store.audit('acme').at(-1)).toEqual({
        type: 'organization.override_ended',
        data: { paths: [path] },
      });
      expect((await world.apply(request(declared), TOMORROW)).changes).toEqual([]);
      expect(world.head.deviation?.driftsAt).toBeUndefined();
      expect(await world.end()).toBeUndefined();
    },
  );

  it('is refused where it would change something and be on no record: a map without entries', async () => {
    const world = await World.with({});
    await expect(world.override({ roles: {} })).rejects.toMatchObject({
      code: 'not_declared',
      message: expect.stringContaining('spec.roles'),
    });
    expect(world.live).toEqual({});
  });

  it('is taken back by the next apply as well, and by an end before its time', async () => {
    const world = await World.with({ displayName: 'Acme' });
    await world.override({ displayName: 'Acme', login: { session: { idle: '5m' } } });
    await world.store.transaction('commit', (state) => endOverrides(state, { name: 'acme' }, NOW));
    const { changes } = await world.apply(request({ displayName: 'Acme' }));
    expect(changes).toMatchObject([{ fields: [{ path: '/spec/login/session/idle', origin: 'drift' }] }]);
    expect(world.live).toEqual({ displayName: 'Acme' });
  });

  it('yields to a file that declares the field meanwhile', async () => {
    const world = await World.with({});
    await world.override({ displayName: 'Incident' });
    const declared = request({ displayName: 'Acme' });
    expect((await world.apply(declared)).changes).toEqual([]);
    expect(world.live.displayName).toBe('Incident');
    expect(await world.end()).toEqual(['/spec/displayName']);
    expect(world.live.displayName).toBe('Acme');
  });

  it('yields to a file that declares the field when it is over already', async () => {
    const world = await World.with({}, { displayName: 'Old' });
    await world.override({ displayName: 'Incident' });
    const { changes } = await world.apply(request({ displayName: 'Acme' }), TOMORROW);
    expect(changes).toMatchObject([{ fields: [{ path: '/spec/displayName', after: 'Acme', origin: 'drift' }] }]);
  });

  it('goes with the entry that it is a part of', async () => {
    const world = await World.with({ roles: { helper: {} } }, { roles: { helper: { displayName: 'Old' } } });
    await world.override({ roles: { helper: { displayName: 'New' } } });
    await world.apply(request({}));
    expect(world.live.roles).toBeUndefined();
    expect(await world.end()).toBeUndefined();
  });

  it('stands where unmanaged entries are deleted, until its end', async () => {
    const world = await World.with({});
    await world.override({ roles: { helper: {} } });
    const strict = request({}, { unmanaged: 'delete' });
    expect((await world.apply(strict)).changes).toEqual([]);
    expect((await world.apply(strict, TOMORROW)).changes).toMatchObject([{ fields: [{ path: '/spec/roles/helper' }] }]);
  });

  it('keeps what was there before the first of two', async () => {
    const world = await World.with({}, { displayName: 'Old' });
    await world.override({ displayName: 'One' });
    await world.override({ displayName: 'Two', roles: { helper: { permissions: ['a'] } } });
    await world.override({ displayName: 'Two', roles: { helper: { permissions: ['b'] } } });
    expect(await world.end()).toEqual(['/spec/displayName', '/spec/roles/helper']);
    expect(world.live).toEqual({ displayName: 'Old' });
  });

  it.each<[string, OrganizationSpec, OrganizationSpec | undefined]>([
    ['another value of its field', { displayName: 'Globex', roles: { helper: { permissions: ['a'] } } }, undefined],
    [
      'a part of the entry that it added',
      { ...HELPS, roles: { helper: { displayName: 'Help', permissions: ['a'] } } },
      undefined,
    ],
    ['what it set, though it is live so already', HELPS, { displayName: 'Incident' }],
    ['a part of it, though it is live so already', HELPS, { roles: { helper: { permissions: ['a'] } } }],
    ['that its entry is there, whatever is in it', HELPS, { roles: { helper: {} } }],
  ])('lets nobody write for good while it runs: %s', async (_what, spec, patch) => {
    const world = await World.with({});
    await world.override(HELPS);
    const failing = world.write(spec, patch && { patch: { spec: patch as Json } });
    await expect(failing).rejects.toMatchObject({
      code: 'overridden',
      message: expect.stringMatching(
        /overridden until 2026-11-02T12:00:00.000Z by "ops".*rolecall override end acme \/spec/,
      ),
    });
    expect(await world.overrides()).toHaveLength(2);
    expect(world.store.audit('acme').at(-1)?.type).toBe('organization.overridden');
  });

  it('lets others be written for good, and its field to what would be there without it, which ends it', async () => {
    const world = await World.with({}, { displayName: 'Old' });
    await world.override(HELPS);
    await world.write({ ...HELPS, login: { session: { idle: '5m' } } });
    const { overrides } = await world.write({ ...HELPS, displayName: 'Old', login: { session: { idle: '5m' } } });
    expect(overrides).toMatchObject([{ path: '/spec/roles/helper' }]);
    const ended = { type: 'organization.override_ended', data: { paths: ['/spec/displayName'] } };
    expect(world.store.audit('acme').at(-1)).toEqual(ended);
    expect(await world.end()).toEqual(['/spec/roles/helper']);
    expect(world.live).toEqual({ displayName: 'Old', login: { session: { idle: '5m' } } });
  });

  it('lets rules be written for good, whose list comes whole, and not the one that it holds', async () => {
    const other = { ...rule('b'), when: { attribute: 'unit', present: true as const } };
    const write = (...rules: object[]) => ({ scopes, authorization: { rules } }) as OrganizationSpec;
    const world = await World.with({ scopes }, write(rule('a'), rule('b')));
    await world.override(write(rule('a'), other));
    const good = (...rules: object[]) =>
      world.write(write(...rules), { patch: { spec: { authorization: { rules } } } as Json });
    await good(rule('a'), other, rule('c'));
    const third = { ...other, when: { attribute: 'place', present: true } };
    await expect(good(rule('a'), third, rule('c'))).rejects.toMatchObject({ code: 'overridden' });
    await world.end();
    expect(world.live).toEqual(write(rule('a'), rule('b'), rule('c')));
  });

  it('is taken over by a write for good when it is over and could not be taken back', async () => {
    const world = await World.with({});
    await world.override({ displayName: 'Incident' });
    await world.write({ displayName: 'Globex' }, {}, TOMORROW);
    expect(await world.overrides()).toEqual([]);
    expect(world.live).toEqual({ displayName: 'Globex' });
  });

  it('leaves a declared field to its files', async () => {
    const world = await World.with({ displayName: 'Acme' });
    await world.override({ displayName: 'Incident' });
    const patch = { spec: { displayName: 'Incident' } };
    const failing = world.write({ displayName: 'Incident' }, { patch });
    await expect(failing).rejects.toMatchObject({ code: 'owned_by_git', pointer: '/spec/displayName' });
  });

  it('is refused where nothing could bring back the order of rules', async () => {
    const write = (...rules: object[]) => ({ scopes, authorization: { rules } }) as OrganizationSpec;
    const world = await World.with({ scopes }, write(rule('a'), rule('b')));
    const failing = world.override(write(rule('b'), rule('a')));
    await expect(failing).rejects.toMatchObject({ code: 'not_declared', pointer: '/spec/authorization/rules' });
    expect(await world.override(write(rule('c'), rule('b')))).toMatchObject({ overrides: [{}, {}] });
  });

  it('is one of so many at most', async () => {
    const world = await World.with({});
    const roles = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, {}]));
    await expect(world.override({ roles: roles(201) })).rejects.toMatchObject({ code: 'too_many_overrides' });
    await world.override({ roles: roles(200) });
    await expect(world.override({ roles: roles(200), displayName: 'x' })).rejects.toMatchObject({
      code: 'too_many_overrides',
    });
    expect(await world.override({ roles: roles(3), displayName: 'x' })).toMatchObject({ overrides: { length: 4 } });
  });

  it('has an end where no collection owns the organization, and after one gave it up', async () => {
    const world = await World.with({ displayName: 'Acme' });
    await world.override({ displayName: 'Incident', login: { session: { idle: '5m' } } });
    await world.apply(request({}, { organizations: [], files: [], partial: { release: ['acme'] } }));
    expect(world.head).toMatchObject({ deviation: { driftsAt: TOMORROW, unmanaged: 0 } });
    await world.override({ displayName: 'Incident', login: { session: { idle: '5m' } }, roles: { helper: {} } });
    expect(await world.end()).toEqual(['/spec/displayName', '/spec/login/session/idle', '/spec/roles/helper']);
    expect(world.live).toEqual({ displayName: 'Acme' });
    expect(world.head.deviation).toBeUndefined();
  });

  it('brings back single sign-on that was enforced before, by a sign-in through the former connection', async () => {
    const spec = { scopes, identityProviders: { okta } };
    const world = await World.with(spec);
    world.store.addEvidence('acme', 'okta', { connectionDigest: 'ab', at: new Date('2026-01-01') });
    const grants = [{ scope: 'account/main', role: 'sso_admin' }];
    world.store.addUser('acme', { identityProvider: 'okta', facts: {}, grants });
    const enforced = { ...spec, login: { enforceSso: true, recoveryAdmins: ['it@acme.com'] } };
    const override = { reason: 'enforces', expires: new Date('2026-11-05') };
    await expect(world.write(enforced, { override })).rejects.toMatchObject({ code: 'sso_not_tested' });
    world.store.addEvidence('acme', 'okta', { connectionDigest: 'ab', at: NOW });
    const identityProviders = { okta: { connectionDigest: 'ab' } };
    await world.write(enforced, { wanted: { ...desired(enforced), identityProviders } });
    await world.override({ ...enforced, login: { ...enforced.login, enforceSso: false } });
    expect(await world.end()).toEqual(['/spec/login/enforceSso']);
    expect(world.live.login?.enforceSso).toBe(true);
  });

  it('does not enforce by its end what nobody ever signed in with', async () => {
    const login = { recoveryAdmins: ['it@acme.com'] };
    const spec = { scopes, identityProviders: { okta }, login };
    const world = await World.with(spec);
    await world.override({ ...spec, login: { ...login, enforceSso: false } });
    await world.apply(request({ ...spec, login: { ...login, enforceSso: true } }));
    expect(world.live.login?.enforceSso).toBe(false);
    await expect(world.end()).rejects.toMatchObject({ code: 'sso_not_tested' });
  });

  it('is not taken back by what was prepared before it got another end, or another was made', async () => {
    const world = await World.with({}, { identityProviders: { okta } });
    const off = { identityProviders: { okta: { ...okta, enabled: false } } };
    await world.override(off);
    const patch = { spec: { identityProviders: { okta: { enabled: false } } } };
    const longer = { override: { reason: 'longer', expires: new Date('2026-11-04T12:00:00Z') }, patch };
    const racing = world.end(TOMORROW, () => world.write(off, longer, TOMORROW));
    await expect(racing).rejects.toMatchObject({ code: 'stale_plan' });
    expect(world.live).toEqual(off);
    expect(await world.end()).toBeUndefined();
  });

  it('leaves other drift and what is overridden still', async () => {
    const world = await World.with({ displayName: 'Acme', login: { session: { idle: '1h' } } });
    await world.override({ displayName: 'Incident', login: { session: { idle: '1h' } } });
    const override = { reason: 'longer', expires: LATER };
    await world.write({ displayName: 'Incident', login: { session: { idle: '5m' } } }, { override });
    expect(await world.end()).toEqual(['/spec/displayName']);
    expect(world.live).toEqual({ displayName: 'Acme', login: { session: { idle: '5m' } } });
    expect(world.head.deviation).toMatchObject({ driftsAt: LATER });
  });

  const POINTER = '/spec/identityProviders/google/clientSecret';
  it.each<[string, OrganizationSpec, Record<string, string>]>([
    ['replaces', { identityProviders: { google } }, { [POINTER]: 'b'.repeat(64) }],
    ['removes', {}, {}],
    [
      'takes to another client',
      { identityProviders: { google: { ...google, clientId: 'd' } } },
      { [POINTER]: 'b'.repeat(64) },
    ],
  ])('is refused where it %s a secret that could not come back', async (_what, spec, secrets) => {
    const world = await World.with({}, { identityProviders: { google } }, { [POINTER]: 'a'.repeat(64) });
    const failing = world.override(spec, { wanted: desired(spec, secrets) });
    await expect(failing).rejects.toMatchObject({ code: 'not_declared', pointer: POINTER });
    expect(world.head.revision).toBe(2);
  });

  it('is refused where it removes a secret that files declare', async () => {
    const declared = request({ identityProviders: { google } });
    const world = new World();
    const organizations = declared.organizations.map((one) => ({ ...one, secrets: { [POINTER]: 'a'.repeat(64) } }));
    await world.apply({ ...declared, organizations });
    await expect(world.override({})).rejects.toMatchObject({
      code: 'owned_by_git',
      pointer: POINTER,
      message: expect.stringContaining('"enabled: false"'),
    });
  });

  it('may add a secret and take it away again', async () => {
    const world = await World.with({});
    const spec = { identityProviders: { google } };
    await world.override(spec, { wanted: desired(spec, { [POINTER]: 'a'.repeat(64) }) });
    await world.override({});
    expect(world.live).toEqual({});
    expect(world.head.deviation).toBeUndefined();
  });
});

it('drift tells apart what files say, what was there before an override, and what is only a default', async () => {
  const world = await World.with(
    { login: { session: { idle: '1h' } } },
    { login: { session: { idle: '1h' } }, displayName: 'Old' },
  );
  await world.override({ login: { session: { idle: '5m', lifetime: '24h' } }, displayName: 'New' });
  const { drifts } = await world.store.transaction('rollback', (state) => {
    return driftOfCollection(state, 'default', { limit: 1 }, NOW);
  });
  const values = drifts.flatMap((drift) => drift.fields.map((field) => valuesOfDrift(drift, field)));
  expect(values).toEqual([
    { live: 'New', former: 'Old' },
    { live: '5m', declared: '1h' },
    { live: '24h', default: '12h' },
  ]);
});

describe('an override while its collection changes', () => {
  it.each<[string, OrganizationSpec, OrganizationSpec, OrganizationSpec, OrganizationSpec]>([
    [
      'stops to declare the setting',
      { login: { session: { idle: '5m', lifetime: '8h' } } },
      { login: { session: { idle: '5m', lifetime: '24h' } } },
      { login: { session: { idle: '5m' } } },
      { login: { session: { idle: '5m' } } },
    ],
    [
      'stops to declare a setting of an entry',
      { roles: { a: { permissions: ['x'] } } },
      { roles: { a: { permissions: ['y'] } } },
      { roles: { a: {} } },
      { roles: { a: {} } },
    ],
    [
      'declares the entry that it added, otherwise',
      {},
      { roles: { helper: { permissions: ['a'] } } },
      { roles: { helper: { permissions: ['b'], displayName: 'Helper' } } },
      { roles: { helper: { permissions: ['b'], displayName: 'Helper' } } },
    ],
    [
      'declares the identity provider that it added, otherwise',
      {},
      { identityProviders: { okta } },
      { identityProviders: { okta: { ...okta, enabled: false } } },
      { identityProviders: { okta: { ...okta, enabled: false } } },
    ],
    [
      'changes the entry that it took away',
      { roles: { a: { permissions: ['x'] } } },
      {},
      { roles: { a: { permissions: ['z'] } } },
      { roles: { a: { permissions: ['z'] } } },
    ],
  ])('goes on, and ends as if it had never been: it %s', async (_what, before, wanted, then, after) => {
    const world = await World.with(before);
    await world.override(wanted);
    const plan = await world.apply(request(then));
    expect(plan.changes).toEqual([]);
    expect(plan.overrides).not.toEqual([]);
    expect(world.live).toEqual(wanted);
    expect(await world.apply(request(then))).toMatchObject({ changes: [], overrides: plan.overrides });
    expect(world.head.deviation).toMatchObject({ driftsAt: TOMORROW });
    expect(await world.end()).not.toEqual([]);
    expect(world.live).toEqual(after);
    expect(await world.overrides()).toEqual([]);
    expect((await world.apply(request(then), TOMORROW)).changes).toEqual([]);
  });
});

describe('overrides of one value', () => {
  const withMetadata = (url: string, refresh: string) => ({
    identityProviders: { okta: { ...okta, metadata: { url, refresh } } },
  });
  const first = withMetadata('https://okta.example/m', '6h');
  const second = withMetadata('https://other.example/m', '6h');
  const third = withMetadata('https://other.example/m', '12h');

  it.each([
    ['declared', first, undefined],
    ['of the console', {}, first],
  ])('are one, and the last says how long: %s', async (_what, declared, beside) => {
    const world = await World.with(declared, beside);
    await world.override(second);
    await world.write(third, { override: { reason: 'longer', expires: LATER } });
    const path = '/spec/identityProviders/okta/metadata';
    expect(await world.overrides()).toMatchObject([{ path, expires: LATER }]);
    expect(await world.end()).toBeUndefined();
    expect(await world.end(LATER)).toEqual([`${path}/refresh`, `${path}/url`]);
    expect(world.live).toEqual(first);
    expect(await world.overrides()).toEqual([]);
  });

  it('goes on with the order of rules when a rule is overridden, and with the rule when the order is', async () => {
    const ordered = (...rules: object[]) => ({ scopes, authorization: { rules } }) as OrganizationSpec;
    const [a, b] = [rule('a'), rule('b')];
    const other = { ...b, when: { attribute: 'unit', present: true } };
    const world = await World.with(ordered(a, b));
    await world.override(ordered(a, other));
    await world.write(ordered(other, a), { override: { reason: 'longer', expires: LATER } });
    expect(await world.end()).toEqual(['/spec/authorization/rules/b/when/attribute']);
    expect(world.live).toEqual(ordered(b, a));
    await world.end(LATER);
    expect(world.live).toEqual(ordered(a, b));
  });

  it('gives the order of rules back that one took away and another brought otherwise', async () => {
    const ordered = (...rules: object[]) => ({ scopes, authorization: { rules } }) as OrganizationSpec;
    const [a, b] = [rule('a'), rule('b')];
    const other = { ...b, when: { attribute: 'unit', present: true } };
    const world = await World.with(ordered(a, b));
    await world.override(ordered());
    await world.override(ordered(other, a));
    await world.end();
    expect(world.live).toEqual(ordered(a, b));
    expect(await world.overrides()).toEqual([]);
  });
});

describe('an override of an override', () => {
  const grafana = { type: 'forward-auth' as const, origins: ['https://grafana.example'] };
  const client = { type: 'oidc' as const, redirectUris: ['https://grafana.example/callback'], enabled: false };

  it.each<[string, OrganizationSpec, OrganizationSpec, OrganizationSpec]>([
    [
      'that made an entry one of another kind keeps no setting of it',
      { applications: { grafana } },
      { applications: { grafana: client } },
      { applications: { grafana: { ...grafana, enabled: false } } },
    ],
    [
      'that made an entry one of another kind gives it back when it is taken away',
      { applications: { grafana } },
      { applications: { grafana: client } },
      {},
    ],
    [
      'that added an entry beside gives the one back that was there',
      { identityProviders: { okta } },
      { identityProviders: { okta, entra: okta } },
      { identityProviders: {} },
    ],
  ])('%s', async (_what, beside, first, second) => {
    const world = await World.with({ scopes }, { scopes, ...beside });
    const before = world.live;
    await world.override({ scopes, ...first });
    await world.override({ scopes, ...second });
    await world.end();
    expect(world.live).toEqual(before);
    expect(await world.overrides()).toEqual([]);
  });
});

describe('whatever is overridden', () => {
  const key = fc.constantFrom('a', 'b', 'x/y', '__proto__', '10');
  const role = fc.record(
    { displayName: fc.constantFrom('One', 'Two'), permissions: fc.uniqueArray(fc.constantFrom('read', 'write')) },
    { requiredKeys: [] },
  );
  const when = fc.oneof(
    fc.record({ attribute: fc.constantFrom('team', 'unit'), equals: fc.constantFrom('red', 'blue') }),
    fc.constant({ cel: 'true' }),
  );
  const rules = fc.uniqueArray(fc.record({ name: key, when }), { selector: ({ name }) => name, maxLength: 3 });
  const saml = fc.record(
    {
      enabled: fc.boolean(),
      attributes: fc.dictionary(fc.constantFrom('email', 'givenName'), fc.constantFrom('p', 'q')),
    },
    { requiredKeys: [] },
  );
  const spec = fc.record(
    {
      displayName: fc.constantFrom('Acme', 'Globex'),
      roles: fc.dictionary(key, role, { maxKeys: 3 }),
      identityProviders: fc.dictionary(
        fc.constantFrom('okta', 'entra'),
        saml.map((it) => ({ ...okta, ...it })),
      ),
      applications: anyApplications,
      scim: fc.record({ enabled: fc.boolean() }, { requiredKeys: [] }),
      login: fc.record(
        { session: fc.record({ idle: fc.constantFrom('5m', '1h') }, { requiredKeys: [] }) },
        { requiredKeys: [] },
      ),
      authorization: fc.record(
        { managedBy: fc.constantFrom('idp' as const, 'app' as const), rules },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const anyDocument = spec.map((it) => document(it));

  it('comes back', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, anyDocument, (some, beside, wanted) => {
        // as it is between two applies: all that is declared is live, and more
        const declared = some;
        const live = takenBack(declared, beside, []).after;
        const write = { declared, live, wanted, by: 'ops', override: { reason: 'r', expires: TOMORROW } };
        const overrides = overridesAfter(write, touchedBy(write, []), [], NOW);
        const { after } = takenBack(declared, wanted, overrides);
        expect(driftOf(declared, after, overrides)).toEqual([]);
        expect(unordered(after)).toEqual(unordered(live));
      }),
      { numRuns: 500 },
    );
  });

  /** As a file may say it; a directory is looked at by 'comes back' and by the tables above. */
  const valid = spec.map(({ roles = {}, authorization, scim: _scim, ...rest }): OrganizationSpec => {
    const isName = (name: string) => /^[a-z]$/.test(name);
    const named = (authorization?.rules ?? []).filter(({ name }) => isName(name));
    const rules = named.map((one) => ({ ...one, grants: { 'account/main': ['member'] } }));
    const left = Object.fromEntries(Object.entries(roles).filter(([name]) => isName(name)));
    return { ...rest, scopes, roles: left, authorization: { ...authorization, rules } };
  });
  const patch = fc.oneof(
    fc.record({ displayName: fc.constantFrom('Initech', null) }),
    fc.record({ roles: fc.dictionary(fc.constantFrom('a', 'b', 'q'), fc.option(role), { minKeys: 1 }) }),
    fc.record({ login: fc.constantFrom(null, { session: { idle: '2h' } }) }),
  );
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('apply' as const),
      some: valid,
      keep: fc.boolean(),
      unmanaged: fc.constantFrom('report' as const, 'delete' as const),
      renames: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('override' as const),
      some: valid,
      keep: fc.boolean(),
      expires: fc.constantFrom(TOMORROW, LATER),
    }),
    fc.record({ kind: fc.constant('write' as const), patch }),
  );

  /** Whether it was done; else it was refused by a rule that overrides need. */
  const isDone = (work: Promise<unknown>) =>
    work.then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(?:overridden|owned_by_git|not_declared)$/) });
        return false;
      },
    );
  const good = (world: World, spec: object) => {
    const merged = mergePatch(world.live as Json, spec as Json) as OrganizationSpec;
    return isDone(world.write(merged, { patch: { spec } as Json }));
  };

  it('ends as if it had never been, whatever the files say and others write for good meanwhile', async () => {
    let written = 0;
    await fc.assert(
      fc.asyncProperty(valid, valid, fc.array(step, { minLength: 1, maxLength: 5 }), async (first, others, steps) => {
        const some = { ...first, roles: { ...first.roles, z: {} } };
        const beside = takenBack(document(some), document(others), []).after.spec;
        const [world, control] = [await World.with(some, beside), await World.with(some, beside)];
        let declared: OrganizationSpec = some;
        const again: unknown[] = [];
        const inBoth: boolean[] = [];
        for (const each of steps) {
          if (each.kind === 'apply') {
            const next = each.keep ? { ...declared, ...each.some } : each.some;
            declared = each.renames ? renamed(declared, next) : next;
            const files = request(declared, { conflicts: 'git', unmanaged: each.unmanaged });
            await control.apply(files);
            await world.apply(files);
            again.push(...(await world.apply(files)).changes);
          } else if (each.kind === 'override') {
            const override = { reason: 'incident', expires: each.expires };
            await isDone(world.write(each.keep ? { ...world.live, ...each.some } : each.some, { override }));
          } else if (await good(world, each.patch)) {
            written += 1;
            inBoth.push(await good(control, each.patch));
          }
        }
        expect(again).toEqual([]);
        expect(inBoth).not.toContain(false);
        await world.end();
        await world.end(LATER);
        expect(await world.overrides()).toEqual([]);
        expect(unordered(document(world.live))).toEqual(unordered(document(control.live)));
        expect((await world.apply(request(declared), LATER)).changes).toEqual([]);
      }),
      { numRuns: 100 },
    );
    expect(written).toBeGreaterThan(0);
  });

  /** `next`, where the role `z` that was declared has another name; nothing else is called so, as a former name may not be. */
  function renamed(before: OrganizationSpec, next: OrganizationSpec): OrganizationSpec {
    const [from, value] = Object.entries(before.roles ?? {}).find(([name]) => name === 'z') ?? [];
    if (from === undefined || value === undefined) return next;
    const { [from]: _gone, ...roles } = next.roles ?? {};
    return { ...next, roles: { ...roles, q: { ...value, previously: [from] } } };
  }

  /** A map without entries says nothing, and the order of rules nothing to a machine. */
  function unordered({
    spec: { displayName, roles = {}, identityProviders = {}, applications = {}, scim, login, authorization },
  }: OrganizationDocument) {
    const rulesByName = (authorization?.rules ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const { managedBy } = authorization ?? {};
    return {
      displayName,
      roles,
      identityProviders,
      applications,
      scim,
      idle: login?.session?.idle,
      managedBy,
      rulesByName,
    };
  }
});
