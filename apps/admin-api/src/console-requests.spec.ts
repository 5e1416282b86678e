import { API_RIGHTS } from '@rolecall/persistence';
import { everyRow } from './testing/rows.ts';
import { signedIn } from './testing/signed-in.ts';
import type { SignedIn } from './testing/signed-in.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { Answer, ErrorBody, TestApi } from './testing/test-api.ts';

/*
 * A browser with the session of an SSO admin, and the pages that may make it ask. `CONSOLE` is the one that may.
 */

const CONSOLE = 'https://console.example.com';
const WRITE = '/v1/organizations/acme';

let api: TestApi;
let admin: SignedIn;
beforeAll(async () => {
  api = await startTestApi({
    ROLECALL_CONSOLE_ORIGINS: `${CONSOLE},https://other-console.example.com`,
    ROLECALL_GATEWAY_URL: 'https://login.example.com',
  });
  await api.client.apply(requestOf([organization('acme')]));
});
// anew each time: a session that ended would be refused for that alone
beforeEach(async () => {
  admin = await signedIn(api, 'acme', ['sso_admin']);
});
afterAll(() => api?.close());

const fromConsole = { 'sec-fetch-site': 'same-site', origin: CONSOLE };
const json = { 'content-type': 'application/json' };

/** With the session cookie, and whatever else a browser would send. */
function ask(method: string, path: string, headers: object, body?: unknown): Promise<Answer<ErrorBody>> {
  const cookie = `__Host-rolecall_session=${admin.cookie}`;
  const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return api.client.with(undefined).call<ErrorBody>(method, path, sent, { cookie, ...headers });
}

const change = { patch: { spec: { displayName: 'Changed' } }, baseRevision: 1 };
const withoutTrace = ({ text, json: { error } }: Answer<ErrorBody>) => text.replace(error.traceId, '');

it('lets a page of a console read and write as the one who is signed in (security.md 9)', async () => {
  expect((await ask('GET', WRITE, fromConsole)).status).toBe(200);
  expect((await ask('GET', WRITE, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  const other = { patch: { spec: { roles: { helper: { permissions: ['help'] } } } }, baseRevision: 1 };
  expect((await ask('PATCH', WRITE, { ...fromConsole, ...json }, other)).status).toBe(200);
  const trail = await api.database.database.inOrganization(admin.organizationId, (tx) => tx.auditTrail(0, 100));
  const written = trail.find(({ type }) => type === 'organization.updated');
  expect(written?.actor).toEqual({ kind: 'user', id: admin.userId });
  const { json: page } = await api.client.call<{ revisions: { number: number; appliedBy: string }[] }>(
    'GET',
    `${WRITE}/revisions`,
  );
  expect(page.revisions[0]?.appliedBy).toBe(`SSO admin ${admin.userId}`);
});

const SITES: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['another site that claims the origin of the console', { 'sec-fetch-site': 'cross-site', origin: CONSOLE }],
  ['a page of the same site that is no console', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
  ['an origin that begins like the console', { 'sec-fetch-site': 'same-site', origin: `${CONSOLE}.evil.example` }],
  ['an origin in other letters', { 'sec-fetch-site': 'same-site', origin: CONSOLE.toUpperCase() }],
  ['a sandboxed frame, whose origin is null', { 'sec-fetch-site': 'same-site', origin: 'null' }],
  ['the same site, without an origin', { 'sec-fetch-site': 'same-site' }],
  ['a link, or the address bar', { 'sec-fetch-site': 'none' }],
  ['a browser that sends no Sec-Fetch-Site', { origin: CONSOLE }],
  ['no browser at all', {}],
];

describe.each(SITES)('a request from %s', (_what, site) => {
  it('is asked by nobody: reading (security.md 9) (security.md 18)', async () => {
    const answer = await ask('GET', WRITE, site);
    const anonymous = await api.client.with(undefined).call<ErrorBody>('GET', WRITE);
    expect([answer.status, withoutTrace(answer)]).toEqual([401, withoutTrace(anonymous)]);
    expect((await ask('GET', WRITE, fromConsole)).status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(site['origin'] === CONSOLE ? CONSOLE : null);
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }, JSON.stringify(change)],
    ['text/plain', { 'content-type': 'text/plain' }, JSON.stringify(change)],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'patch=1'],
    ['a form with a file', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
  ])('changes nothing: %s (security.md 10)', async (_type, type, body) => {
    const before = await everyRow(api.database.ownerUrl);
    for (const [method, path] of [
      ['PATCH', WRITE],
      ['POST', `${WRITE}/directory/tokens`],
      ['DELETE', `${WRITE}/overrides`],
    ] as const) {
      expect([method, (await ask(method, path, { ...site, ...type }, body)).status]).toEqual([method, 401]);
    }
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });
});

it.each([
  ['text/plain', 'text/plain'],
  ['text/plain that says JSON', 'text/plain; application/json'],
  ['a form', 'application/x-www-form-urlencoded'],
  ['JSON with letters behind it', 'application/jsonp'],
])('needs JSON also from a console: %s (security.md 10)', async (_what, type) => {
  const answer = await ask('PATCH', WRITE, { ...fromConsole, 'content-type': type }, JSON.stringify(change));
  expect(answer.status).toBe(401);
});

it('needs an origin for every change, also within one origin (security.md 9)', async () => {
  const site = { 'sec-fetch-site': 'same-origin' };
  expect((await ask('PATCH', WRITE, { ...site, ...json }, change)).status).toBe(401);
  expect((await ask('DELETE', `${WRITE}/overrides`, site)).status).toBe(401);
});

it('never lets a GET change something (security.md 9)', async () => {
  const before = await everyRow(api.database.ownerUrl);
  for (const path of ['', '/overrides', '/users', '/flows', '/directory', '/domains', '/identity-providers']) {
    await ask('GET', WRITE + path, fromConsole);
  }
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
});

it('looks at no cookie beside a bearer token, be it good or not (security.md 10)', async () => {
  const reader = await api.token(['flows.read']);
  const refused = await ask('GET', WRITE, { ...fromConsole, authorization: `Bearer ${reader}` });
  expect([refused.status, refused.json.error.code]).toEqual([403, 'missing_right']);
  for (const authorization of ['Bearer rct_nonsense', 'Basic eA==', 'Bearer', '']) {
    expect((await ask('GET', WRITE, { ...fromConsole, authorization })).status).toBe(401);
  }
});

it('gives a session that is not there the same 401 as a bad token (security.md 18)', async () => {
  const expected = withoutTrace(await api.client.with('nonsense').call<ErrorBody>('GET', WRITE));
  const other = await signedIn(api, 'acme', ['sso_admin']);
  await api.database.database.sessions.revoke(other.organizationId, { userId: other.userId }, 'logout', new Date());
  const flipped = admin.cookie.slice(0, -1) + (admin.cookie.endsWith('A') ? 'B' : 'A');
  const name = '__Host-rolecall_session';
  const cookies = [
    `${name}=${other.cookie}`,
    `${name}=${flipped}`,
    `${name}=x`,
    `${name}=`,
    `rolecall_session=${admin.cookie}`,
    `${name}=${admin.cookie}; ${name}=${admin.cookie}`,
  ];
  for (const cookie of cookies) {
    const answer = await ask('GET', WRITE, { ...fromConsole, cookie });
    expect([answer.status, withoutTrace(answer)]).toEqual([401, expected]);
  }
});

it('ends with the session, at once (security.md 5)', async () => {
  const leaver = await signedIn(api, 'acme', ['sso_admin']);
  const headers = { ...fromConsole, cookie: `__Host-rolecall_session=${leaver.cookie}` };
  expect((await ask('GET', WRITE, headers)).status).toBe(200);
  await api.database.database.sessions.revoke(leaver.organizationId, { userId: leaver.userId }, 'logout', new Date());
  expect((await ask('GET', WRITE, headers)).status).toBe(401);
});

it('answers a preflight of the consoles, and sends back the list and never what was asked (security.md 11)', async () => {
  const preflight = (origin: string) =>
    api.client.with(undefined).call('OPTIONS', WRITE, undefined, {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'content-type,x-evil',
    });
  const { status, headers } = await preflight(CONSOLE);
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(CONSOLE);
  expect(headers.get('access-control-allow-credentials')).toBe('true');
  expect(headers.get('access-control-allow-headers')).toBe('Content-Type');
  expect(headers.get('vary')).toBe('Origin');
  for (const origin of ['https://evil.example', 'null', `${CONSOLE}:8443`, '*']) {
    const refused = await preflight(origin);
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([404, null]);
  }
});

it('lets nobody keep an answer, refusals included (security.md 13)', async () => {
  for (const headers of [fromConsole, { ...fromConsole, cookie: '' }]) {
    expect((await ask('GET', WRITE, headers)).headers.get('cache-control')).toBe('no-store');
  }
  const answer = await api.client.with(await api.token(API_RIGHTS)).call('GET', `${WRITE}/users`);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

it('looks at no cookie where no console is set (security.md 10)', async () => {
  const plain = await startTestApi();
  try {
    await plain.client.apply(requestOf([organization('acme')]));
    const { cookie } = await signedIn(plain, 'acme', ['sso_admin']);
    const headers = { 'sec-fetch-site': 'same-origin', cookie: `rolecall_session=${cookie}` };
    const answer = await plain.client.with(undefined).call('GET', WRITE, undefined, headers);
    expect([answer.status, answer.headers.get('vary')]).toEqual([401, null]);
  } finally {
    await plain.close();
  }
});
