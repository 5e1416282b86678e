import { TestApplication, WORTH_NOTHING } from '../testing/application.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

const CALLBACK = 'https://app.example.com/callback';
const BYE = 'https://app.example.com/bye';
const oidc = { type: 'oidc', redirectUris: [CALLBACK] } as const;

let world: TestWorld;
let gateway: TestGateway;
let application: TestApplication;
let browser: TestBrowser;

beforeAll(async () => {
  const applications = { dashboard: { ...oidc, postLogoutRedirectUris: [BYE] }, other: oidc };
  world = await TestWorld.open({ acme: { ...ACME, applications } });
  world.now = new Date();
  gateway = await world.startGateway();
  application = new TestApplication(gateway.address, { id: 'acme.dashboard', redirectUri: CALLBACK });
});
beforeEach(async () => {
  browser = gateway.browser();
  await browser.signIn(world.idp, '/saml/acme/okta/login', world.person('eve@acme.com', { role_mapping: 'sales' }));
});
afterAll(() => world?.close());

const path = (query: Readonly<Record<string, string>>) => `/op/session/end?${new URLSearchParams(query).toString()}`;

/** The fields of the page's form. */
async function asked(query: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const response = await browser.get(path(query));
  expect(response.status).toBe(200);
  const html = await response.text();
  expect(html).toContain('Sign out?');
  const fields = [...html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')]));
}

it('asks, ends the gateway session with all that hangs on it, and goes back with the state', async () => {
  const tokens = await application.signIn(browser);
  const query = { id_token_hint: tokens.id_token, post_logout_redirect_uri: BYE, state: 'a b' };
  const fields = await asked(query);
  expect(fields).toEqual({ client_id: 'acme.dashboard', post_logout_redirect_uri: BYE, state: 'a b' });
  expect((await browser.get('/session')).status).toBe(200);
  const ended = await browser.submit('/op/session/end/confirm', fields);
  expect([ended.status, ended.headers.get('location')]).toEqual([303, `${BYE}?state=a+b`]);
  expect((await browser.get('/session')).status).toBe(401);
  expect(await application.worth(tokens)).toEqual(WORTH_NOTHING);
  const again = await browser.get(path(query));
  expect([again.status, again.headers.get('location')]).toEqual([303, `${BYE}?state=a+b`]);
});

it('needs no more than the browser, and stays with us then', async () => {
  const ended = await browser.submit('/op/session/end/confirm', await asked({}));
  expect([ended.status, ended.headers.get('location')]).toEqual([303, '/logged-out']);
  const other = await browser.submit(
    '/op/session/end',
    { client_id: 'acme.dashboard' },
    { 'sec-fetch-site': 'cross-site' },
  );
  expect([other.status, other.headers.get('location')]).toEqual([303, '/op/session/end?client_id=acme.dashboard']);
});

it('is not done by another site', async () => {
  const forged = await browser.submit('/op/session/end/confirm', {}, { 'sec-fetch-site': 'cross-site' });
  expect(forged.status).toBe(403);
  expect((await browser.get('/session')).status).toBe(200);
});

it('takes the hint of a user with many groups, which is long', async () => {
  const { id_token: hint } = await application.signIn(browser);
  await world.sql(
    `insert into memberships (org_id, user_id, group_name, sources, revision, joined_at)
     select m.org_id, m.user_id, 'a-group-with-a-long-name-' || n, '[]', 1, now() from sessions m, generate_series(1, 150) n
     on conflict do nothing`,
  );
  const { id_token: long } = await application.signIn(browser);
  expect([hint.length < 4_096, long.length > 4_096]).toEqual([true, true]);
  const fields = await asked({ id_token_hint: long, post_logout_redirect_uri: BYE });
  expect((await browser.submit('/op/session/end/confirm', fields)).headers.get('location')).toBe(BYE);
});

describe('leads nowhere and ends nothing for', () => {
  const forged = (hint: string) => `${hint.slice(0, -6)}AAAAAA`;
  it.each<[string, (hint: string) => Record<string, string>]>([
    ['an address that nobody declared', () => ({ client_id: 'acme.dashboard', post_logout_redirect_uri: `${BYE}/` })],
    ['an address of another application', () => ({ client_id: 'acme.other', post_logout_redirect_uri: BYE })],
    ['an address and no application', () => ({ post_logout_redirect_uri: BYE })],
    ['an unknown application', () => ({ client_id: 'acme.nobody' })],
    ['a hint that is not ours', (hint) => ({ id_token_hint: forged(hint), post_logout_redirect_uri: BYE })],
    ['a hint of another application', (hint) => ({ id_token_hint: hint, client_id: 'acme.other' })],
    ['a hint that is no token', () => ({ id_token_hint: 'x' })],
  ])('%s', async (_, query) => {
    const { id_token: hint } = await application.signIn(browser);
    const response = await browser.get(path(query(hint)));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Request refused');
    expect((await browser.submit('/op/session/end/confirm', query(hint))).status).toBe(400);
    expect((await browser.get('/session')).status).toBe(200);
  });
});
