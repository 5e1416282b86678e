import type { OrganizationSpec } from '@rolecall/org-config';
import type { TestBrowser } from '../testing/test-browser.ts';
import {
  APPLICATION,
  createOrganization,
  startTestGateway,
  testDatabase,
  type TestDatabase,
  type TestGateway,
  TestIdp,
} from '../testing/test-gateway.ts';

const START = new Date('2026-03-02T09:00:00Z');
const minutes = (count: number) => new Date(START.getTime() + count * 60_000);

const ACME: OrganizationSpec = {
  displayName: 'Acme Corp',
  emailDomains: { 'acme.com': { verification: 'asserted' } },
  scopes: { 'account/main': {}, 'project/eu-shop': { parent: 'account/main' } },
  roles: { 'campaign-creator': { permissions: ['campaigns.write'] } },
  groups: { 'inbox/vip': {} },
  identityProviders: {
    okta: { type: 'saml', metadata: { xml: 'seeded' }, attributes: { givenName: 'firstName', displayName: 'name' } },
  },
  authorization: {
    mappingRoles: {
      engineering: { grants: { 'account/main': ['campaign-creator'], 'project/eu-shop': ['member'] } },
      sales: { grants: { 'account/main': ['member'] } },
    },
    rules: [{ name: 'vips', when: { attribute: 'groups', equals: 'vip' }, groups: ['inbox/vip'] }],
  },
};

describe('a SAML login', () => {
  const idp = new TestIdp();
  let now = START;
  let db: TestDatabase;
  let gateway: TestGateway;
  let acme: string;

  beforeAll(async () => {
    db = await testDatabase();
    acme = await createOrganization(db, idp, 'acme', ACME);
    gateway = await startTestGateway({ db, clock: () => now });
  });
  afterAll(async () => {
    await gateway?.close();
    await db?.drop();
  });
  beforeEach(() => {
    now = START;
  });

  const eve = (attributes: Record<string, string | string[]> = {}) => ({
    nameId: 'eve@acme.com',
    attributes: {
      role_mapping: 'engineering',
      firstName: 'Eve',
      name: 'Eve Engineer',
      groups: ['vip', 'dev'],
      ...attributes,
    },
    now,
  });
  const flowOf = (traceId: string) => db.database.inOrganization(acme, (tx) => tx.findFlow(traceId));
  const auditTypes = async (after: number) => {
    const events = await db.database.inOrganization(acme, (tx) => tx.auditTrail(after, 100));
    return events.map(({ type }) => type);
  };
  const session = async (browser: TestBrowser) =>
    (await browser.get('/session')).json() as Promise<Record<string, unknown>>;

  it('creates the user just in time, with the mapped roles, and says who is there', async () => {
    const browser = gateway.browser();
    const found = await browser.submit('/login', { identifier: ' Eve@ACME.com ', returnTo: `${APPLICATION}/start` });
    expect(found.status).toBe(303);
    const path = found.headers.get('location') ?? '';
    expect(path).toBe(`/saml/acme/okta/login?returnTo=${encodeURIComponent(`${APPLICATION}/start`)}`);

    const signedIn = await browser.signIn(idp, path, eve());
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/announcement']);
    const welcome = await (await browser.get('/announcement')).text();
    expect(welcome).toContain('Welcome');
    expect(welcome).toContain('campaign-creator');
    expect(welcome).toContain(`href="${APPLICATION}/start"`);

    expect(await session(browser)).toEqual({
      user: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: 'eve@acme.com', displayName: 'Eve Engineer' },
      organization: 'acme',
      grants: { 'account/main': ['campaign-creator'], 'project/eu-shop': ['member'] },
      groups: ['inbox/vip'],
      identityProvider: 'okta',
      expiresAt: minutes(60).toISOString(),
    });
    expect(await auditTypes(0)).toEqual(
      expect.arrayContaining(['user.created', 'grants.changed', 'groups.changed', 'login.succeeded', 'session.opened']),
    );
  });
});
