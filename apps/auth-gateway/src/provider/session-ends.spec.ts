import { TestApplication, type Tokens, WORTH_NOTHING } from '../testing/application.ts';
import { LocalWorld } from '../testing/local-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import { TestDirectory } from '../testing/test-directory.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, type TestWorld } from '../testing/test-world.ts';

const CALLBACK = 'https://app.example.com/callback';
const applications = { dashboard: { type: 'oidc', redirectUris: [CALLBACK] } } as const;
const SPEC = { ...ACME, applications };
const LOGIN = '/saml/acme/okta/login';

let local: LocalWorld;
let world: TestWorld;
let gateways: readonly TestGateway[];
let application: TestApplication;

beforeEach(async () => {
  local = await LocalWorld.open({ acme: SPEC, beta: BETA });
  ({ world } = local);
  world.now = new Date();
  gateways = [await world.startGateway(), await world.startGateway()];
  application = new TestApplication(gateways[0]!.address, { id: 'acme.dashboard', redirectUri: CALLBACK });
});
afterEach(() => local?.close());

type NameId = { readonly value: string; readonly format: string };

const by = () => ({ actor: { kind: 'token', id: 't' }, now: world.now }) as const;
const acme = () => world.idOf('acme');
const store = () => world.db.database;
const userId = async () => String((await world.sql('select user_id from users'))[0]?.['user_id']);

async function signedIn(): Promise<TestBrowser> {
  const browser = gateways[0]!.browser();
  const person = world.person('eve@acme.com', { role_mapping: 'engineering' });
  expect((await browser.signIn(world.idp, LOGIN, person)).status).toBe(303);
  return browser;
}

/** Nothing is worth anything, at either process: neither what the application has, nor what it could still get. */
async function expectNothing(browser: TestBrowser, tokens: Tokens, code: string): Promise<void> {
  expect(
    await world.sql('select from application_tokens t join application_grants g using (org_id, grant_id)'),
  ).toEqual([]);
  await expectRefused(browser, tokens, code);
}

async function expectRefused(browser: TestBrowser, tokens: Tokens, code: string): Promise<void> {
  for (const { address } of gateways) {
    expect((await browser.at(address).get('/session')).status).toBe(401);
    expect(await application.at(address).worth(tokens)).toEqual(WORTH_NOTHING);
    expect((await application.at(address).exchange(code)).status).not.toBe(200);
    const silent = await browser.at(address).get(application.authorize({ prompt: 'none' }));
    expect(silent.headers.get('location') ?? 'a page of ours').not.toContain('code=');
  }
}

/** Each ends the session of a browser, and with it everything in its transaction. */
const ENDS: Readonly<Record<string, (browser: TestBrowser) => Promise<unknown>>> = {
  'the user signs out': (browser) => browser.submit('/logout', {}),
  'the user ends it on the account page, from another browser': async () =>
    (await signedIn()).submit('/account/sessions/end-others', {}),
  'the user signs in again in this browser': (browser) =>
    browser.signIn(world.idp, LOGIN, world.person('eve@acme.com', { role_mapping: 'engineering' })).then(async () => {
      browser.cookies.clear();
    }),
  'the identity provider says so (single logout, back-channel logout)': async () =>
    store().logouts.endSessions({
      organizationId: acme(),
      identityProvider: 'okta',
      messageId: 'm1',
      nameId: (
        await world.sql('select name_id as value, name_id_format as format from sessions')
      )[0] as unknown as NameId,
      sessionIndexes: [],
      replayableUntil: new Date(world.now.getTime() + 60_000),
      traceId: 't',
      now: world.now,
    }),
  'an administrator ends the sessions': async () => store().users.endSessions(acme(), await userId(), by()),
  'an administrator deactivates the user': async () =>
    store().users.deactivate(acme(), await userId(), by(), { keepsSsoAdmin: false }),
  'an administrator deletes the user': async () =>
    store().users.remove(acme(), await userId(), by(), { keepsSsoAdmin: false, directoryGoneSince: undefined }),
  'the directory deactivates the user': async () => {
    const directory = new TestDirectory(world, 'acme');
    const eve = { userName: 'eve', email: 'eve@acme.com' };
    await directory.replace(await directory.create(eve, 'eve@acme.com'), { ...eve, active: false });
    expect(await directory.receipts()).toMatchObject([{ sessionsEnded: 1, applicationsEnded: 2 }]);
  },
  'the organization is deleted': () =>
    store()
      .reconcileState({ actor: 'test', now: world.now })
      .transaction('commit', (state) => state.delete(acme())),
};

describe('nothing that an application holds is worth anything once', () => {
  it.each(Object.keys(ENDS))('%s', async (way) => {
    const browser = await signedIn();
    const code = await application.code(browser);
    const tokens = await application.signIn(browser);
    expect((await application.at(gateways[1]!.address).userinfo(tokens.access_token)).status).toBe(200);
    await ENDS[way]!(browser);
    if (way === 'the organization is deleted')
      await world.until(async () => (await gateways[0]!.browser().get('/login/acme')).status === 404);
    await expectNothing(browser, tokens, code);
  });

  it('single sign-on is enforced, of a session that a password opened', async () => {
    const { email } = await local.person();
    const browser = gateways[0]!.browser();
    expect((await local.signIn(browser, email)).status).toBe(303);
    const code = await application.code(browser);
    const tokens = await application.signIn(browser);
    const login = { enforceSso: true, recoveryAdmins: ['it@acme.com'] };
    await world.change('acme', { ...SPEC, login }, (state) =>
      state.signIns.closeLocalDoors(acme(), { exempt: [], endSessions: true }),
    );
    await expectNothing(browser, tokens, code);
  });
});

/** Nobody ends it: what it stands on is gone. The rows may still be there. */
const LAPSES: Readonly<Record<string, (browser: TestBrowser) => Promise<unknown>>> = {
  'its identity provider is switched off': () => {
    const okta = { ...ACME.identityProviders!['okta']!, enabled: false };
    return world.change('acme', { ...SPEC, identityProviders: { okta } });
  },
  'nobody used it for too long, though the application used its tokens': async (browser) => {
    world.pass(59);
    expect((await browser.get('/session')).status).toBe(200);
    world.pass(61);
  },
  'its time is over, however busy': async (browser) => {
    for (let hour = 0; hour < 12; hour += 0.5) {
      world.pass(30);
      await browser.get('/session');
    }
  },
};

describe('nor once', () => {
  it.each(Object.keys(LAPSES))('%s', async (way) => {
    const browser = await signedIn();
    const code = await application.code(browser);
    const tokens = await application.signIn(browser);
    expect((await application.userinfo(tokens.access_token)).status).toBe(200);
    await LAPSES[way]!(browser);
    await expectRefused(browser, tokens, code);
  });

  it('the application is switched off, or gone', async () => {
    const browser = await signedIn();
    const tokens = await application.signIn(browser);
    await world.change('acme', { ...ACME, applications: { dashboard: { ...applications.dashboard, enabled: false } } });
    await world.until(async () => (await application.userinfo(tokens.access_token)).status === 401);
    expect((await application.refresh(tokens.refresh_token)).body).toMatchObject({ error: 'invalid_client' });
    const page = await browser.get(application.authorize());
    expect([page.status, page.headers.get('location')]).toEqual([403, null]);
    expect(await page.text()).toContain('Unknown application');
    expect((await browser.get('/session')).status).toBe(200);
  });
});
