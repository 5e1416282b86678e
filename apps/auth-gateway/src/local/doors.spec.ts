import { newOrganizationToken, sha256 } from '@rolecall/persistence';
import { LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME } from '../testing/test-world.ts';

/**
 * What a route could do for somebody who is not signed in:
 * - `page`: it shows something, or leads on;
 * - `sso`: it takes what an identity provider answers, and signs in whom that vouches for;
 * - `local`: it signs in, or gives the means to, without an identity provider. Where SSO is enforced it does so for exempt people alone;
 * - `session`: it acts for somebody who is signed in already, and opens no other session than one of the same person;
 * - `recovery`: it needs the mailbox of a recovery admin, and leads to no session of a user;
 * - `program`: programs ask it.
 *
 * A new route is added here by whoever has thought about which of them it is.
 */
const DOORS: Readonly<Record<string, 'page' | 'sso' | 'local' | 'session' | 'recovery' | 'program'>> = {
  'GET /': 'page',
  'GET /.rolecall/callback': 'session',
  'GET /.rolecall/logout': 'session',
  'POST /.rolecall/logout': 'session',
  'GET /.rolecall/start': 'page',
  'GET /account': 'session',
  'GET /account/identities': 'session',
  'POST /account/identities/link': 'session',
  'POST /account/identities/unlink': 'session',
  'GET /account/password': 'session',
  'POST /account/password': 'session',
  'GET /account/second-factor': 'session',
  'POST /account/second-factor/codes': 'session',
  'POST /account/second-factor/confirm': 'session',
  'POST /account/second-factor/enrol': 'session',
  'POST /account/second-factor/remove': 'session',
  'POST /account/sessions/end': 'session',
  'POST /account/sessions/end-others': 'session',
  'GET /accounts': 'session',
  'POST /accounts': 'session',
  'GET /announcement': 'session',
  'GET /auth/start': 'session',
  'GET /auth/verify': 'session',
  'GET /healthz': 'program',
  'GET /link': 'page',
  'GET /link/opened': 'page',
  'POST /link/opened': 'page',
  'POST /link/password': 'local',
  'GET /logged-out': 'page',
  'GET /login': 'page',
  'POST /login': 'page',
  'GET /login/:org': 'page',
  'GET /login/:org/forgot': 'page',
  'POST /login/:org/forgot': 'local',
  'POST /login/:org/password': 'local',
  'GET /login/:org/second-factor': 'page',
  'POST /login/:org/second-factor': 'local',
  'POST /login/forget': 'page',
  'POST /logout': 'session',
  'GET /metrics': 'program',
  'POST /oidc/:org/:idp/backchannel-logout': 'program',
  'GET /oidc/:org/:idp/certificate.pem': 'program',
  'GET /oidc/:org/:idp/initiate': 'page',
  'POST /oidc/:org/:idp/initiate': 'page',
  'GET /oidc/:org/:idp/jwks.json': 'program',
  'GET /oidc/:org/:idp/login': 'page',
  'GET /oidc/callback': 'sso',
  'HEAD /oidc/callback': 'sso',
  'POST /oidc/callback': 'sso',
  'GET /oidc/initiate': 'page',
  'POST /oidc/initiate': 'page',
  'GET /op/session/end': 'session',
  'POST /op/session/end': 'page',
  'POST /op/session/end/confirm': 'session',
  'GET /readyz': 'program',
  'GET /recovery': 'recovery',
  'GET /recovery-access': 'page',
  'POST /recovery-access': 'recovery',
  'POST /recovery-access/confirm': 'recovery',
  'POST /recovery-access/open': 'recovery',
  'POST /recovery/enabled': 'recovery',
  'POST /recovery/end': 'recovery',
  'POST /recovery/metadata': 'recovery',
  'POST /recovery/release': 'recovery',
  'POST /recovery/test': 'recovery',
  'ALL /saml/:org/:idp/acs': 'sso',
  'GET /saml/:org/:idp/certificate.pem': 'program',
  'GET /saml/:org/:idp/login': 'page',
  'GET /saml/:org/:idp/metadata': 'program',
  'ALL /saml/:org/:idp/slo': 'session',
  'GET /saml/confirm': 'sso',
  'HEAD /saml/confirm': 'sso',
  'POST /saml/confirm': 'sso',
  'GET /saml/continue': 'sso',
  'GET /session': 'session',
  'GET /setup/:org/:idp': 'page',
  'GET /sso/test/:org/:idp': 'page',
  'POST /sso/test/:org/:idp': 'page',
  'GET /static/icon.svg': 'page',
  'GET /static/rolecall.css': 'page',
};

const ADDRESS = 'eve@acme.com';
const EXEMPT = 'exempt@acme.com';
const ENFORCED = {
  ...ACME,
  login: {
    enforceSso: true,
    recoveryAdmins: [ADDRESS],
    exemptions: { [EXEMPT]: { reason: 'no account there', expires: '2026-12-31' } },
    secondFactor: 'optional',
  },
} as const;

let local: LocalWorld;
let gateway: TestGateway;
let people: Readonly<Record<string, { userId: string; email: string; code: () => string }>>;

beforeAll(async () => {
  local = await LocalWorld.open({ acme: ENFORCED });
  gateway = await local.world.startGateway();
  people = { [ADDRESS]: await person(ADDRESS), [EXEMPT]: await person(EXEMPT) };
});
afterAll(() => local?.close());

/** Somebody with a password and an authenticator app, as if an apply had forgotten to take these away. */
async function person(email: string) {
  const found = await local.person('acme', email);
  return { ...found, code: await local.enrol(found.userId) };
}

/** What somebody could bring: the password, the right code, a sign-in that waits for one, and a link of each purpose. */
async function bring(email: string, purpose: 'password-reset' | 'invitation' | 'recovery') {
  const { userId, code } = people[email]!;
  await local.world.sql('delete from rate_limits');
  const handle = newOrganizationToken(local.world.idOf('acme'));
  const [{ changed_at: passwordChangedAt } = {}] = await local.world.sql(
    'select password_changed_at as changed_at from local_accounts where user_id = $1',
    [userId],
  );
  const { now } = local.world;
  const link = await local.tx('acme', async (tx) => {
    await tx.signIns.begin({
      handleHash: handle.hash,
      browserHash: sha256('flow'),
      userId,
      passwordChangedAt: passwordChangedAt as Date,
      traceId: 'a'.repeat(32),
      returnTo: undefined,
      startedAt: now,
      expiresAt: new Date(now.getTime() + 600_000),
    });
    const user = purpose === 'recovery' ? undefined : userId;
    return tx.links.create({ purpose, userId: user, addressKey: email, createdBy: 'test', now });
  });
  const browser = gateway.browser();
  browser.cookies.set('__Host-rolecall_flow', 'flow');
  browser.cookies.set('__Host-rolecall_sign_in', handle.value);
  const fields = {
    address: email,
    identifier: email,
    organization: 'acme',
    password: PASSWORD,
    code: code(),
    token: link.token,
    idp: 'okta',
    returnTo: 'https://app.example.com/',
  };
  return { browser, fields };
}

const sessions = () => local.world.sql("select encode(token_hash, 'hex') as hash, user_id from sessions order by 1");
const secrets = () =>
  local.world.sql(
    `select user_id, password_hash, totp_secret is not null as factor, (select count(*) from recovery_codes c where c.user_id = l.user_id)
     from local_accounts l order by 1`,
  );

async function send(route: string, browser: TestBrowser, fields: Record<string, string>): Promise<Response> {
  const [method = '', path = ''] = route.split(' ');
  const filled = path
    .replace(':org', 'acme')
    .replace(':idp', 'okta')
    .replace(/\{.*\}|\*\w*/g, '');
  if (method === 'GET' || method === 'HEAD') return browser.get(`${filled}?${new URLSearchParams(fields).toString()}`);
  return browser.submit(filled, fields);
}

it('every route is classified, and nothing else is', () => {
  expect(gateway.routes.filter((route) => !Object.hasOwn(DOORS, route))).toEqual([]);
  expect(Object.keys(DOORS).filter((route) => !gateway.routes.includes(route))).toEqual([]);
});

it.each(Object.keys(DOORS))(
  'while SSO is enforced, %s signs nobody in by what there is beside SSO, and gives no means to (security.md 38)',
  async (route) => {
    const [opened, kept] = [await sessions(), await secrets()];
    for (const purpose of ['password-reset', 'invitation', 'recovery'] as const) {
      const { browser, fields } = await bring(ADDRESS, purpose);
      const answer = await send(route, browser, fields);
      expect(answer.headers.getSetCookie().join()).not.toMatch(/rolecall_(?:session|sign_in)=[^;]/);
    }
    await gateway.settled();
    expect([await sessions(), await secrets()]).toEqual([opened, kept]);
    expect(await local.mails('password-reset')).toEqual([]);
    expect(await local.mails('email-code')).toEqual([]);
  },
);

/** For each local door: that it is open to somebody exempt, so that its being closed to others says something. */
const AS_EXEMPT: Readonly<Record<string, () => Promise<void>>> = {
  'POST /login/:org/password': async () => {
    const { browser, fields } = await bring(EXEMPT, 'password-reset');
    const answer = await send('POST /login/:org/password', browser, fields);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login/acme/second-factor']);
  },
  'POST /login/:org/second-factor': async () => {
    const { browser, fields } = await bring(EXEMPT, 'password-reset');
    const answer = await send('POST /login/:org/second-factor', browser, fields);
    expect(answer.headers.getSetCookie().join()).toContain('rolecall_session=');
    expect((await browser.get('/session')).status).toBe(200);
  },
  'POST /login/:org/forgot': async () => {
    const { browser, fields } = await bring(EXEMPT, 'invitation');
    await send('POST /login/:org/forgot', browser, fields);
    await gateway.settled();
    expect(await local.mails('password-reset')).toMatchObject([{ to: EXEMPT }]);
  },
  'POST /link/password': async () => {
    const { browser, fields } = await bring(EXEMPT, 'password-reset');
    const before = await secrets();
    const answer = await send('POST /link/password', browser, { ...fields, password: `${PASSWORD} again` });
    expect(answer.status).toBe(303);
    expect(await secrets()).not.toEqual(before);
  },
};

it('has a way to show of each local door that it opens to exempt people', () => {
  expect(Object.keys(AS_EXEMPT).sort()).toEqual(Object.keys(DOORS).filter((route) => DOORS[route] === 'local'));
});

describe.each(Object.entries(AS_EXEMPT))('%s', (_route, opens) => {
  it('opens to somebody who is exempt', async () => {
    await expect(opens()).resolves.toBeUndefined();
  });
});
