import type { OrganizationSpec } from '@rolecall/org-config';
import type { ExpiringItem } from '../stores.ts';
import { connected, document, later, NOW, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const DAY = 86_400;
const GOOGLE = { type: 'oidc', issuer: 'https://op.example', clientId: 'c' } as const;
const withSecret = (expires: string): OrganizationSpec => ({
  identityProviders: { google: { ...GOOGLE, clientSecret: { fromEnv: 'S', expires } } },
});
const register = () => test.current.database.expiry;
const list = (organization: string, more = {}) => register().list({ now: NOW, organization, limit: 100, ...more });
const shown = (items: readonly ExpiringItem[]) =>
  items.map(({ kind, name, expiresAt }) => [kind, name, expiresAt.toISOString()]);
const seed = (name: string, spec: OrganizationSpec, more = {}) =>
  seedOrganization(test.current.database, document(name, spec), { metadataXml: '<x/>', now: NOW, ...more });
const apply = (id: string, base: number, name: string, spec: OrganizationSpec) =>
  test.current.database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', (state) =>
    state.addRevision(id, base, {
      document: document(name, spec),
      digest: JSON.stringify(spec),
      origin: { actor: 'ci' },
      identityProviders: Object.fromEntries(
        Object.entries(spec.identityProviders ?? {}).map(([idp, { type }]) => [
          idp,
          type === 'oidc'
            ? {}
            : { metadataXml: '<x/>', certificatesExpireAt: later(20 * DAY), metadataValidUntil: later(3 * DAY) },
        ]),
      ),
    }),
  );

it('has client secrets by the end of their day, follows each apply, and forgets what is gone', async () => {
  const { id } = await seed('secrets', withSecret('2026-12-31'), { clientSecrets: { google: 'S' } });
  expect(shown(await list('secrets'))).toEqual([['client-secret', 'google', '2027-01-01T00:00:00.000Z']]);
  await apply(id, 1, 'secrets', withSecret('2027-02-31'));
  expect(shown(await list('secrets'))).toEqual([['client-secret', 'google', '2027-03-04T00:00:00.000Z']]);
  const application = {
    type: 'oidc' as const,
    redirectUris: ['https://app.example.com/callback'],
    clientAuthentication: 'client_secret_basic' as const,
    clientSecret: { fromEnv: 'S', expires: '2027-01-01' },
  };
  await apply(id, 2, 'secrets', { ...withSecret('2027-02-31'), applications: { google: application } });
  expect(shown(await list('secrets'))).toEqual([
    ['application-secret', 'google', '2027-01-02T00:00:00.000Z'],
    ['client-secret', 'google', '2027-03-04T00:00:00.000Z'],
  ]);
  await apply(id, 3, 'secrets', {});
  expect(await list('secrets')).toEqual([]);
});

it('has exemptions from single sign-on by their last day: how many, and nobody’s address', async () => {
  const until = (expires: string) => ({ reason: 'no account there', expires });
  const exempting = (enforceSso: boolean, exemptions: object): OrganizationSpec =>
    ({ ...OKTA, login: { enforceSso, recoveryAdmins: ['it@acme.com'], exemptions } }) as OrganizationSpec;
  const ofAll = {
    'a@acme.com': until('2026-12-31'),
    'b@acme.com': until('2027-01-15'),
    'c@acme.com': until('2026-12-31'),
  };
  const exemptions = () => list('exempting', { kinds: ['exemption'] });
  const { id } = await seed('exempting', exempting(true, ofAll));
  expect(shown(await exemptions())).toEqual([
    ['exemption', '2 people until 2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['exemption', '1 person until 2027-01-15', '2027-01-16T00:00:00.000Z'],
  ]);
  await apply(id, 1, 'exempting', exempting(true, { 'b@acme.com': until('2027-01-15') }));
  expect(await exemptions()).toHaveLength(1);
  await apply(id, 2, 'exempting', exempting(false, ofAll));
  expect(await exemptions()).toEqual([]);
});

it('has overrides by their path, but nobody’s address: of those of exemptions the one that ends first', async () => {
  const { id } = await seed('exempting-for-now', {});
  const override = (path: string, days: number) => ({
    path,
    by: 'ops',
    reason: 'r',
    at: NOW,
    expires: later(days * DAY),
  });
  const replace = (...overrides: ReturnType<typeof override>[]) =>
    test.current.database
      .reconcileState({ actor: 'ops', now: NOW })
      .transaction('commit', (state) => state.replaceOverrides(id, overrides));
  const [bob, eve] = [
    override('/spec/login/exemptions/bob@acme.com', 2),
    override('/spec/login/exemptions/eve@acme.com', 1),
  ];
  await replace(bob, eve, override('/spec/displayName', 3));
  const exemptions = (days: number) => ['override', '/spec/login/exemptions', later(days * DAY).toISOString()];
  const name = ['override', '/spec/displayName', later(3 * DAY).toISOString()];
  expect(shown(await list('exempting-for-now'))).toEqual([exemptions(1), name]);
  await replace(bob, override('/spec/displayName', 3));
  expect(shown(await list('exempting-for-now'))).toEqual([exemptions(2), name]);
  await replace();
  expect(await list('exempting-for-now')).toEqual([]);
});

it('has certificates and metadata of identity providers, those that end first come first', async () => {
  const { id } = await seed('metadata', OKTA);
  await apply(id, 1, 'metadata', OKTA);
  expect(shown(await list('metadata'))).toEqual([
    ['metadata-valid-until', 'okta', later(3 * DAY).toISOString()],
    ['idp-certificate', 'okta', later(20 * DAY).toISOString()],
  ]);
  expect(await list('metadata', { before: later(10 * DAY) })).toHaveLength(1);
  expect(await list('metadata', { from: later(10 * DAY) })).toHaveLength(1);
  expect(await list('metadata', { kinds: ['idp-certificate'] })).toHaveLength(1);
  expect(await list('metadata', { collection: 'default' })).toHaveLength(2);
  expect(await list('metadata', { collection: 'other' })).toEqual([]);
});

it('has the newest token of each name of a directory, until it is revoked, and nothing of a deleted organization', async () => {
  const { directoryTokens } = test.current.database;
  const { id } = await seed('directory', { ...OKTA, scim: { tokens: { okta: {} } } });
  const wanted = { name: 'okta', revision: 1, rotateSeconds: 90 * DAY, overlapSeconds: 7 * DAY };
  const issue = (at: number) => directoryTokens.issue(id, wanted, { by: 'ci', now: later(at), traceId: 't' });
  await issue(0);
  const second = await issue(DAY);
  if (second === 'too_many') throw new Error(second);
  expect(shown(await list('directory'))).toEqual([['scim-token', 'okta', later(98 * DAY).toISOString()]]);
  await directoryTokens.revoke(id, second.token.id, { by: 'ci', now: later(DAY), traceId: 't' });
  expect(shown(await list('directory'))).toHaveLength(1);
  await test.current.database
    .reconcileState({ actor: 'ci', now: NOW })
    .transaction('commit', (state) => state.delete(id));
  expect(await list('directory')).toEqual([]);
});

it('has overrides by their path, as long as they stand', async () => {
  const { id } = await seed('overridden', {});
  const sets = (statement: string, ...values: unknown[]) =>
    connected(test.current.ownerUrl, async (owner) => {
      await owner.query(`select set_config('rolecall.organization_id', $1, false)`, [id]);
      await owner.query(statement, [id, ...values]);
    });
  const insert = `insert into overrides values ($1, '/spec/jit/enabled', 'somebody', 'an incident', $2, $3)`;
  await sets(insert, NOW, later(DAY));
  expect(shown(await list('overridden'))).toEqual([['override', '/spec/jit/enabled', later(DAY).toISOString()]]);
  await sets('update overrides set expires_at = $2 where org_id = $1', later(2 * DAY));
  expect(shown(await list('overridden'))).toEqual([['override', '/spec/jit/enabled', later(2 * DAY).toISOString()]]);
  await sets('delete from overrides where org_id = $1');
  expect(await list('overridden')).toEqual([]);
});

it('has API tokens that end, and leaves them out a month after', async () => {
  const { apiTokens } = test.current.database;
  const create = (name: string, days?: number) =>
    apiTokens.create({
      name,
      rights: ['plan'],
      expiresAt: days === undefined ? undefined : later(days * DAY),
      now: NOW,
    });
  const [soon, , , revoked] = [
    await create('ci', 5),
    await create('old', -31),
    await create('endless'),
    await create('x', 5),
  ];
  await apiTokens.revoke(revoked.id, NOW);
  const items = await register().list({ now: NOW, kinds: ['api-token'], limit: 100 });
  expect(items).toEqual([
    { organization: undefined, kind: 'api-token', name: `ci (${soon.id})`, expiresAt: later(5 * DAY) },
  ]);
});

it('pages through everything once', async () => {
  for (const name of ['page-a', 'page-b', 'page-c']) {
    const { id } = await seed(name, OKTA);
    await apply(id, 1, name, OKTA);
  }
  const all = await register().list({ now: NOW, limit: 1000 });
  const paged: ExpiringItem[] = [];
  for (;;) {
    const page = await register().list({ now: NOW, limit: 2, after: paged.at(-1) });
    paged.push(...page);
    if (page.length < 2) break;
  }
  expect(paged).toEqual(all);
  expect(all.length).toBeGreaterThanOrEqual(6);
});

describe('a notice', () => {
  const thresholds = [30, 14, 7, 1];
  const told = async (now: Date, deliver?: (items: readonly ExpiringItem[]) => Promise<void>) => {
    const names: string[] = [];
    await register().notify({ now, thresholds }, async (items) => {
      await deliver?.(items);
      names.push(...items.filter(({ organization }) => organization === 'notices').map(({ kind }) => kind));
    });
    return names;
  };

  beforeAll(async () => {
    await seed('notices', withSecret('2027-01-31'), { clientSecrets: { google: 'S' } });
  });
  const end = Date.parse('2027-02-01T00:00:00Z');
  const before = (days: number) => new Date(end - days * DAY * 1000 + 1000);

  it('is given once per threshold, also when two processes look at once', async () => {
    expect(await told(before(31))).toEqual([]);
    const both = await Promise.all([told(before(20)), told(before(20))]);
    expect(both.flat()).toEqual(['client-secret']);
    expect(await told(before(15))).toEqual([]);
    expect(await told(before(14))).toEqual(['client-secret']);
    expect(await told(before(0.5))).toEqual(['client-secret']);
    expect(await told(before(-1))).toEqual([]);
  });

  it('is given again when it could not be delivered', async () => {
    const failing = () => Promise.reject(new Error('the mail server is away'));
    await expect(told(before(6), failing)).rejects.toThrow('the mail server is away');
    expect(await told(before(6))).toEqual(['client-secret']);
  });

  it('is given of a new end, and of nothing that ended long ago', async () => {
    const { organizationId: id } = (await test.current.database.registry.record('notices'))!;
    await apply(id, 1, 'notices', withSecret('2027-03-31'));
    expect(await told(before(6))).toEqual([]);
    expect(await told(new Date('2027-03-30T12:00:00Z'))).toEqual(['client-secret']);
    await apply(id, 2, 'notices', withSecret('2027-01-01'));
    expect(await told(new Date('2027-03-30T12:00:00Z'))).toEqual([]);
  });
});

it('names each organization once whose overrides are over, and none that is left out', async () => {
  const over = (except: readonly string[], limit = 10) =>
    register().overridesOver({ now: later(400 * DAY), except, limit });
  const before = await over([], 1000);
  for (const [name, days] of [
    ['over-b', 2],
    ['over-a', 1],
    ['over-later', 500],
  ] as const) {
    const { id } = await seed(name, {});
    const overrides = ['/spec/displayName', '/spec/jit/enabled'].map((path) => ({
      path,
      by: 'ops',
      reason: 'an incident',
      at: NOW,
      expires: later(days * DAY),
    }));
    await test.current.database
      .reconcileState({ actor: 'ci', now: NOW })
      .transaction('commit', (state) => state.replaceOverrides(id, overrides));
  }
  expect(await over(before)).toEqual(['over-a', 'over-b']);
  expect(await over(before, 1)).toEqual(['over-a']);
  expect(await over([...before, 'over-a'], 1)).toEqual(['over-b']);
});
