import type { OrganizationSpec } from '@rolecall/org-config';
import { TestApplication, WORTH_ALL } from '../testing/application.ts';
import { HeldLock } from '../testing/held-lock.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const CALLBACK = 'https://app.example.com/callback';
const applications = { dashboard: { type: 'oidc', redirectUris: [CALLBACK] } } as const;

let world: TestWorld;
let gateway: TestGateway;
let browser: TestBrowser;
let application: TestApplication;

beforeEach(async () => {
  world = await TestWorld.open({ acme: { ...ACME, applications }, beta: BETA });
  world.now = new Date();
  gateway = await world.startGateway();
  browser = gateway.browser();
  await browser.signIn(world.idp, '/saml/acme/okta/login', world.person('eve@acme.com', { role_mapping: 'sales' }));
  application = new TestApplication(gateway.address, { id: 'acme.dashboard', redirectUri: CALLBACK });
  await application.signIn(browser); // so that the gateway holds the organization as it is
});
afterEach(() => world?.close());

/** Makes this live, as an apply does of which the gateway has not heard. */
const applyUnheard = (changed: OrganizationSpec['applications'], more = '') => world.sql(unheard(changed, more));

const unheard = (changed: OrganizationSpec['applications'], more = '') => `
  with live as (update organizations set revision = revision + 1 where name = 'acme' returning org_id, revision)
  insert into revisions (org_id, number, document, digest, origin, applied_at)
    select r.org_id, live.revision, jsonb_set(r.document, '{spec,applications}', '${JSON.stringify(changed)}'),
      'another', r.origin, r.applied_at
    from live join revisions r on r.org_id = live.org_id and r.number = live.revision - 1;
  ${more}`;

const back = async () => {
  const response = await browser.get(application.authorize());
  return new URL(response.headers.get('location') ?? `about:blank?page=${response.status}`).searchParams;
};

it('nobody waits for an apply of the organization: neither its users, nor those of another one', async () => {
  const apply = await HeldLock.by(
    `select from organizations where name = 'acme' for update; update organizations set revision = revision where name = 'acme'`,
    world.db.ownerUrl,
  );
  try {
    const codes = await Promise.all(Array.from({ length: 12 }, async () => (await back()).get('code')));
    expect(codes).not.toContain(null);
    expect((await browser.get('/session')).status).toBe(200);
    const elsewhere = gateway.browser();
    const mo = world.person('mo@beta.example');
    expect((await elsewhere.signIn(world.idp, '/saml/beta/okta/login', mo)).status).toBe(303);
  } finally {
    await apply.release();
  }
});

it('an apply that the gateway has not heard of keeps nobody out whose application stays open', async () => {
  await applyUnheard({ dashboard: { ...applications.dashboard, displayName: 'The dashboard' } });
  expect((await back()).get('code')).not.toBeNull();
});

it.each([
  ['switched off', { dashboard: { ...applications.dashboard, enabled: false } }],
  ['gone', {}],
  ['at another address', { dashboard: { ...applications.dashboard, redirectUris: ['https://new.example/cb'] } }],
])(
  'no code is given for an application that is %s by an apply that the gateway has not heard of',
  async (_, changed) => {
    const grants = await world.sql('select grant_id from application_grants');
    await applyUnheard(changed);
    expect((await back()).get('error')).toBe('access_denied');
    expect(await world.sql('select grant_id from application_grants')).toEqual(grants);
  },
);

it('the application is told when the session ends at this moment', async () => {
  const ending = await HeldLock.by(`delete from sessions`, world.db.ownerUrl);
  const answer = back();
  await ending.blocked();
  await ending.commit();
  expect((await answer).get('error')).toBe('access_denied');
});

it('tokens outlive a rename of their application that the gateway has not heard of', async () => {
  const tokens = await application.signIn(browser);
  await applyUnheard(
    { board: { ...applications.dashboard, previously: ['dashboard'] } },
    `update application_grants set application = 'board'`,
  );
  expect(await application.worth(tokens)).toEqual(WORTH_ALL);
});
