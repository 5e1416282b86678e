import { API_RIGHTS } from '@rolecall/persistence';
import type { Plan, Written } from '@rolecall/reconcile';
import { mistakes } from './api/validate.ts';
import { digestOf, organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { everyRow } from './testing/rows.ts';

let api: TestApi;
let now = new Date();
beforeAll(async () => {
  api = await startTestApi({}, () => now);
});
afterAll(() => api?.close());

/** Each test has an organization of its own, in a collection of its own. */
let counter = 0;
let name = '';
beforeEach(async () => {
  now = new Date();
  counter += 1;
  name = `acme-${counter}`;
  await api.client.apply(declared());
});

const SPEC = { roles: { creator: { permissions: ['campaigns.read'] } } };
const LINES = { '/spec/roles': 9, '/spec/roles/creator': 10, '/spec/displayName': 5 };

function declared(spec: object = SPEC, more: object = {}): object {
  const request = requestOf([organization(name, spec)], { collection: name, ...more }) as { organizations: object[] };
  return { ...request, organizations: request.organizations.map((one) => ({ ...one, lines: LINES })) };
}

const patch = (body: object, client = api.client) =>
  client.call<Written & ErrorBody>('PATCH', `/v1/organizations/${name}`, { baseRevision: 1, ...body });
const plan = async (spec?: object, more?: object) =>
  (await api.client.plan(declared(spec, more))).json as Plan & ErrorBody;
const collection = async () => (await api.client.call(`GET`, `/v1/collections/${name}`)).json;
const stored = async () =>
  (
    await api.client.call<{ document: { spec: Record<string, unknown> }; revision: number }>(
      'GET',
      `/v1/organizations/${name}`,
    )
  ).json;
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString();
const PERMISSIONS = { spec: { roles: { creator: { permissions: ['campaigns.read', 'billing.write'] } } } };
const override = (hours = 24) => ({ override: { reason: 'incident 7', expires: inHours(hours) } });

describe('a write past git', () => {
  it('changes what no file declares, and no apply takes it back', async () => {
    const session = { spec: { login: { session: { idle: '5m' } } } };
    const { status, json } = await patch({ patch: session });
    expect(mistakes('WrittenOrganization', json)).toEqual([]);
    expect([status, json.revision, json.fields]).toEqual([
      200,
      2,
      [{ path: '/spec/login/session/idle', action: 'create', after: '5m' }],
    ]);
    expect(await collection()).toMatchObject({ deviating: 0 });
    await api.client.apply(declared({ ...SPEC, displayName: 'Acme' }));
    expect((await stored()).document.spec).toMatchObject({ displayName: 'Acme', login: { session: { idle: '5m' } } });
  });

  it('is refused where a file declares the field, with the place to edit, and writes nothing', async () => {
    const before = await everyRow(api.database.ownerUrl);
    const { status, json } = await patch({ patch: PERMISSIONS });
    expect([status, json.error.code]).toEqual([409, 'owned_by_git']);
    expect(json.error.message).toContain('https://git.example/config@0a1b2c3');
    expect(json.error.message).toContain(`${name}.yaml:10`);
    expect(json.error.diagnostics).toMatchObject([{ pointer: '/spec/roles/creator/permissions' }]);
    for (const refused of [
      { spec: { roles: null } },
      { spec: { roles: { creator: null } } },
      { spec: { displayName: 'x' } },
    ]) {
      expect((await patch({ patch: refused })).json.error.code).toBe('owned_by_git');
    }
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('adds entries that every plan names, and that "unmanaged" refuses or removes', async () => {
    await patch({ patch: { spec: { roles: { checker: { permissions: ['audit.read'] } } } } });
    expect(await collection()).toMatchObject({ deviating: 1 });
    const entry = { organization: name, path: '/spec/roles/checker' };
    expect(await plan()).toMatchObject({ changes: [], unmanaged: [entry] });
    expect((await plan(SPEC, { unmanaged: 'fail' })).error.code).toBe('unmanaged_entries');
    expect((await api.client.apply(declared(SPEC, { unmanaged: 'delete' }))).status).toBe(200);
    expect((await stored()).document.spec).toMatchObject({ roles: SPEC.roles });
    expect(await collection()).toMatchObject({ deviating: 0 });
  });

  it('changes everything of an organization that no collection owns', async () => {
    await api.client.apply(requestOf([organization(`${name}-other`)], { collection: name, prune: true }));
    const { status } = await patch({ patch: { spec: { displayName: 'Free' } } });
    expect(status).toBe(200);
    expect((await stored()).document.spec).toMatchObject({ displayName: 'Free' });
  });

  it.each([
    ['an unknown key', { spec: { dislpayName: 'x' } }, 'configuration_invalid'],
    [
      'an unknown role',
      { spec: { jit: { defaults: { grants: { 'account/main': ['nobody'] } } } } },
      'configuration_invalid',
    ],
    ['SSO that nobody tried', { spec: { login: { enforceSso: true, recoveryAdmins: ['it@acme.com'] } } }, undefined],
    ['another name', { metadata: { name: 'umbrella' } }, 'rename_refused'],
  ])('is checked as an apply is: %s', async (_what, wanted, code) => {
    const { status, json } = await patch({ patch: wanted });
    expect([status >= 400, json.error.code]).toEqual([true, code ?? json.error.code]);
    expect((await stored()).revision).toBe(1);
  });

  it('is refused at another revision than the one it was made for', async () => {
    expect((await patch({ patch: {}, baseRevision: 7 })).json.error.code).toBe('revision_moved');
  });

  it('sent twice at the same moment is done once', async () => {
    const session = { patch: { spec: { login: { session: { idle: '5m' } } } } };
    const answers = await Promise.all([patch(session), patch(session)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await stored()).revision).toBe(2);
  });

  it('is refused when it is nested deeper than any document', async () => {
    const depth = 100_000;
    const deep = `{"baseRevision":1,"patch":${'{"spec":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    const { status, json } = await api.client.call<ErrorBody>('PATCH', `/v1/organizations/${name}`, deep);
    expect([status, json.error.code]).toEqual([400, 'json_too_deep']);
  });

  it('makes a plan that was reviewed before stale', async () => {
    const wanted = declared({ ...SPEC, displayName: 'Acme' });
    const { fingerprint } = (await api.client.plan(wanted)).json;
    await patch({ patch: { spec: { displayName: 'Broken glass' } }, ...override() });
    const { status, json } = await api.client.apply(wanted, fingerprint);
    expect([status, json.error.code]).toEqual([409, 'stale_plan']);
  });

  it('of nothing writes nothing', async () => {
    const before = await everyRow(api.database.ownerUrl);
    expect((await patch({ patch: {} })).json).toMatchObject({ revision: 1, fields: [] });
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('gives users what the new rules give them, as an apply does', async () => {
    const answer = await patch({ patch: { spec: { authorization: { managedBy: 'idp' } } } });
    expect(answer.json.impact).toMatchObject({ affectedUsers: 0 });
  });

  it('vouches for no e-mail domain without the right to', async () => {
    const client = api.client.with(await api.token(['organizations.write']));
    const { status, json } = await patch(
      { patch: { spec: { emailDomains: { 'acme.example': { verification: 'asserted' } } } } },
      client,
    );
    expect([status, json.error.code]).toEqual([403, 'domain_assertion_refused']);
  });
});

describe('an override', () => {
  it('keeps a declared field as it is live, in every plan, until its end; then it is drift that an apply takes back', async () => {
    const written = await patch({ patch: PERMISSIONS, ...override() });
    expect([written.status, written.json.overrides]).toMatchObject([
      200,
      [{ path: '/spec/roles/creator/permissions', reason: 'incident 7' }],
    ]);
    expect(await plan()).toMatchObject({
      changes: [],
      overrides: [{ organization: name, path: '/spec/roles/creator/permissions', reason: 'incident 7' }],
    });
    await api.client.apply(declared({ ...SPEC, displayName: 'Acme' }));
    expect((await stored()).document.spec).toMatchObject({
      displayName: 'Acme',
      ...(PERMISSIONS.spec.roles && { roles: { creator: { permissions: ['billing.write', 'campaigns.read'] } } }),
    });
    expect(await collection()).toMatchObject({ deviating: 1 });

    now = new Date(now.getTime() + 25 * 3_600_000);
    const [change] = (await plan({ ...SPEC, displayName: 'Acme' })).changes;
    expect(change?.fields).toMatchObject([{ path: '/spec/roles/creator/permissions', origin: 'drift' }]);
    await api.client.apply(declared({ ...SPEC, displayName: 'Acme' }));
    expect((await stored()).document.spec).toMatchObject(SPEC);
    expect(await collection()).toMatchObject({ deviating: 0 });
    expect((await api.client.call('GET', `/v1/organizations/${name}/overrides`)).json).toEqual({ overrides: [] });
  });

  it('is a conflict when git changes the field after its end', async () => {
    await patch({ patch: PERMISSIONS, ...override(1) });
    now = new Date(now.getTime() + 2 * 3_600_000);
    const changed = { roles: { creator: { permissions: ['campaigns.delete'] } } };
    expect((await plan(changed)).error.code).toBe('conflict');
    expect((await api.client.apply(declared(changed, { conflicts: 'git' }))).status).toBe(200);
    expect((await stored()).document.spec).toMatchObject(changed);
  });

  it('ends when somebody ends it', async () => {
    await patch({ patch: PERMISSIONS, ...override() });
    const path = encodeURIComponent('/spec/roles/creator/permissions');
    const ended = await api.client.call('DELETE', `/v1/organizations/${name}/overrides?path=${path}`);
    expect(mistakes('EndedOverrides', ended.json)).toEqual([]);
    expect(ended.json).toMatchObject({ overrides: [{ path: '/spec/roles/creator/permissions' }] });
    expect(await plan()).toMatchObject({ changes: [], overrides: [] });
    expect((await stored()).revision).toBe(3);
  });

  it('needs a right of its own', async () => {
    const rights = API_RIGHTS.filter((right) => right !== 'organizations.override');
    const { status, json } = await patch(
      { patch: PERMISSIONS, ...override() },
      api.client.with(await api.token(rights)),
    );
    expect([status, json.error.code]).toEqual([403, 'missing_right']);
    expect((await stored()).revision).toBe(1);
  });

  it.each([
    ['eight days', { reason: 'x', expires: 8 * 24 }],
    ['an end that was', { reason: 'x', expires: -1 }],
    ['no reason', { reason: '', expires: 1 }],
    ['a reason of two lines', { reason: 'a\nb', expires: 1 }],
  ])('is refused with %s', async (_what, { reason, expires }) => {
    const { status, json } = await patch({ patch: PERMISSIONS, override: { reason, expires: inHours(expires) } });
    expect([status, json.error.code]).toEqual([400, 'invalid_request']);
  });

  it('is in the audit log, with who, what, why and until when', async () => {
    const written = await patch({ patch: PERMISSIONS, ...override() });
    const events = (await everyRow(api.database.ownerUrl))['audit_events'] ?? [];
    const mine = events.filter(
      (row) =>
        row.includes('"organization.overridden"') &&
        row.includes(written.json.overrides[0]!.expires as unknown as string),
    );
    expect(mine).toEqual([expect.stringContaining('incident 7')]);
    expect(mine[0]).toContain('/spec/roles/creator/permissions');
  });
});

describe('drift', () => {
  it('is told with who, since when, and where it is declared', async () => {
    await patch({ patch: PERMISSIONS, ...override() });
    await patch({ patch: { spec: { roles: { checker: {} } } }, baseRevision: 2 });
    const { status, json } = await api.client.call('GET', `/v1/collections/${name}/drift`);
    expect(mistakes('Drift', json)).toEqual([]);
    const by = `test ${API_RIGHTS.join(' ')}`;
    expect([status, json]).toMatchObject([
      200,
      {
        more: 0,
        organizations: [
          {
            organization: name,
            file: `${name}.yaml`,
            fields: [
              {
                path: '/spec/roles/creator/permissions',
                action: 'update',
                live: ['billing.write', 'campaigns.read'],
                declared: ['campaigns.read'],
                place: `https://git.example/config@0a1b2c3 ${name}.yaml:10`,
                by,
                override: { reason: 'incident 7' },
              },
            ],
            unmanaged: [{ path: '/spec/roles/checker', by }],
          },
        ],
      },
    ]);
  });

  it('makes a comparison name the files to look into', async () => {
    await patch({ patch: PERMISSIONS, ...override() });
    const files = [{ path: `${name}.yaml`, digest: digestOf(organization(name, SPEC)) }];
    const { json } = await api.client.call('POST', `/v1/collections/${name}/compare`, { files });
    expect(json).toMatchObject({ changed: [`${name}.yaml`] });
  });
});
