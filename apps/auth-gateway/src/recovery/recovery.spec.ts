import { LocalWorld } from '../testing/local-world.ts';
import { StubAdminApi } from '../testing/stub-admin-api.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA } from '../testing/test-world.ts';

const IT = 'it@acme.com';
const SECURITY = 'security@acme.com';
const LOGIN = { enforceSso: true, recoveryAdmins: [IT, SECURITY] };
const OUTSIDE = 'rescue@agency.example';
const COOKIE = '__Host-rolecall_recovery';

let local: LocalWorld;
let gateway: TestGateway;
let api: StubAdminApi;

beforeAll(async () => {
  local = await LocalWorld.open({
    acme: { ...ACME, login: LOGIN },
    duo: { ...BETA, login: { ...LOGIN, recoveryAdmins: [IT, SECURITY, OUTSIDE], recovery: { twoPerson: true } } },
    beta: { ...BETA, login: { recoveryAdmins: [OUTSIDE] } },
    plain: { ...ACME, emailDomains: {} },
  });
  api = await StubAdminApi.start();
  gateway = await local.world.startGateway({ adminUrl: api.url });
});
afterAll(async () => {
  await local?.close();
  await api?.close();
});
beforeEach(async () => {
  await local.world.sql('delete from rate_limits');
  await local.world.sql('delete from mails');
  await local.world.sql('delete from due_mails');
  local.world.pass(60);
});

const ask = (address: string, organization = '', browser = gateway.browser()) =>
  browser.submit('/recovery-access', { address, organization });
const tokenIn = (link: string) => link.split('#')[1] ?? '';

/** The mails of this kind, once there are that many: the work is done behind the answer. */
async function mailsOf<K extends 'recovery-link' | 'recovery-announced' | 'recovery-confirm'>(kind: K, count = 1) {
  const read = `select count(*)::integer as n from mails`;
  await local.world.until(async () => Number((await local.world.sql(read))[0]?.['n']) >= count);
  return local.mails(kind);
}

/** A browser with a recovery session of acme. */
async function recovered(organization = 'acme', address = IT): Promise<TestBrowser> {
  const { token } = await local.tx(organization, (tx) =>
    tx.recovery.open({ addressKey: address, adminId: 'r1-1' }, local.world.now),
  );
  const browser = gateway.browser();
  browser.cookies.set(COOKIE, token);
  return browser;
}

const events = async (organization: string) =>
  (await local.world.audit(organization)).flatMap(({ type, actor, subject }) =>
    type.startsWith('recovery.') ? [[type, actor.kind, actor.id, subject]] : [],
  );

describe('a recovery link', () => {
  it('goes to the recovery admin, and the others are told; it opens a session once (security.md 35, 37)', async () => {
    const browser = gateway.browser();
    expect((await ask(` ${IT.toUpperCase()} `, '', browser)).status).toBe(200);
    await local.world.until(async () => (await local.world.sql('select from mails')).length === 2);
    const claimed = await local.world.db.database.mails.claim(local.world.now, 10);
    const mails = await Promise.all(claimed.map((mail) => local.world.db.database.mails.read(mail)));
    const link = mails.find((mail) => mail?.kind === 'recovery-link');
    expect(link).toMatchObject({
      to: IT,
      data: { link: expect.stringMatching(/^https:\/\/sso\.example\.com\/link#/) },
    });
    expect(mails.find((mail) => mail?.kind === 'recovery-announced')).toMatchObject({
      to: SECURITY,
      data: { address: 'i•••@acme.com' },
    });
    const token = tokenIn((link!.data as { link: string }).link);
    const opened = await browser.submit('/recovery-access/open', { token });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/recovery']);
    expect(opened.headers.getSetCookie().join()).toMatch(
      /__Host-rolecall_recovery=[^;]+;.*Path=\/;.*HttpOnly; Secure; SameSite=Strict/,
    );
    expect((await browser.get('/recovery')).status).toBe(200);
    expect((await gateway.browser().submit('/recovery-access/open', { token })).status).toBe(400);
    const id = 'r1-1'; // the first of revision 1
    expect(await events('acme')).toEqual([
      ['recovery.requested', 'recovery', id, id],
      ['recovery.opened', 'recovery', id, id],
    ]);
    expect(JSON.stringify(await local.world.audit('acme'))).not.toContain(IT);
    expect(gateway.logLines.join('')).not.toContain(token);
  });

  it('is not used up by a GET, as scanners of mails send it (security.md 35)', async () => {
    await ask(IT);
    const [mail] = await mailsOf('recovery-link', 2);
    const token = tokenIn(mail!.data.link);
    for (const path of ['/recovery-access/open', `/recovery-access/open?token=${token}`, '/recovery-access']) {
      await gateway.browser().get(path);
    }
    expect((await gateway.browser().submit('/recovery-access/open', { token })).status).toBe(303);
  });

  it('is dead after 15 minutes, after a newer one, for another purpose, and when its address is no recovery admin any more', async () => {
    const open = async (token: string) => (await gateway.browser().submit('/recovery-access/open', { token })).status;
    const make = async (purpose: 'recovery' | 'recovery-confirm' | 'password-reset', addressKey = IT) => {
      const wanted = { purpose, userId: undefined, addressKey, createdBy: 'test', now: local.world.now };
      return (await local.tx('acme', (tx) => tx.links.create(wanted))).token;
    };
    const [old, newer] = [await make('recovery'), await make('recovery')];
    expect(await open(old)).toBe(400);
    expect(await open(await make('recovery-confirm'))).toBe(400);
    expect(await open(await make('password-reset'))).toBe(400);
    expect(await open(await make('recovery', 'gone@acme.com'))).toBe(400);
    local.world.pass(15);
    expect(await open(newer)).toBe(400);
    expect(await open('')).toBe(400);
  });

  it('is refused from a page of another site', async () => {
    const { token } = await local.tx('acme', (tx) =>
      tx.links.create({
        purpose: 'recovery',
        userId: undefined,
        addressKey: IT,
        createdBy: 'test',
        now: local.world.now,
      }),
    );
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await gateway.browser().submit('/recovery-access/open', { token }, foreign)).status).toBe(403);
    expect((await gateway.browser().submit('/recovery-access', { address: IT }, foreign)).status).toBe(403);
  });

  it('used twice at the same moment opens one session (security.md 35)', async () => {
    const { token } = await local.tx('acme', (tx) =>
      tx.links.create({
        purpose: 'recovery',
        userId: undefined,
        addressKey: IT,
        createdBy: 'test',
        now: local.world.now,
      }),
    );
    const tries = [1, 2, 3, 4].map(() => gateway.browser().submit('/recovery-access/open', { token }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([303, 400, 400, 400]);
  });
});

describe('who asks', () => {
  it.each([
    ['a stranger of the organization', 'eve@acme.com', ''],
    ['somebody of no organization', 'eve@nowhere.example', ''],
    ['a recovery admin of another organization', IT, 'beta'],
    ['an address of no domain without a name', OUTSIDE, ''],
    ['nonsense', '@', 'acme'],
    ['an address that only looks like one in lower case', 'it@acme.com\u212a', 'acme'],
    ['nobody', '', ''],
  ])(
    'is answered as a recovery admin is, and gets no mail: %s (security.md 32)',
    async (_who, address, organization) => {
      const known = await (await ask(IT)).text();
      await mailsOf('recovery-link', 2);
      const answer = await ask(address, organization);
      expect([answer.status, await answer.text()]).toEqual([200, known]);
      await gateway.settled();
      expect(await local.world.sql('select from mails')).toEqual([]);
    },
  );

  it('gets three mails an address, silently, and then 429 for a client that asks for many (security.md 30, 31)', async () => {
    for (let n = 0; n < 5; n += 1) expect((await ask(IT)).status).toBe(200);
    await mailsOf('recovery-link', 6);
    for (let n = 5; n < 10; n += 1) await ask('eve@acme.com');
    const refused = await ask(SECURITY);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    expect(await local.mails('recovery-link')).toEqual([]);
  });
});

describe('the way to it', () => {
  const REPAIR = '<a href="/recovery-access?org=acme">Repair sign-ins</a>';
  const page = async (path: string) => (await gateway.browser().get(path)).text();

  it('stands on the page of an organization with recovery admins, and fills the form in', async () => {
    expect(await page('/login/acme')).toContain(REPAIR);
    expect(await page('/login/plain')).not.toContain('recovery-access');
    expect(await page('/recovery-access?org=acme')).toContain('value="acme"');
  });

  it('stands on what refuses a login when it is at the customer to mend it, and on nothing else', async () => {
    const refused = async (organization: string) => {
      const person = local.world.person('mo@acme.com', { role_mapping: 'none' });
      return (await gateway.browser().signIn(local.world.idp, `/saml/${organization}/okta/login`, person)).text();
    };
    expect(await refused('acme')).toContain(REPAIR);
    expect(await refused('plain')).not.toContain('recovery-access');
    expect(await page('/saml/acme/nobody/login')).not.toContain('recovery-access');
    expect(await page('/saml/continue')).not.toContain('recovery-access');
  });
});

describe('with the two-person rule', () => {
  const confirm = (token: string) => gateway.browser().submit('/recovery-access/confirm', { token });

  it('another recovery admin confirms before the link goes out', async () => {
    await ask(IT, 'duo');
    const asked = await mailsOf('recovery-confirm', 2);
    expect(asked.map(({ to }) => to).sort()).toEqual([OUTSIDE, SECURITY]);
    const bySecurity = asked.find(({ to }) => to === SECURITY)!;
    expect(bySecurity.data.address).toBe('i•••@acme.com');
    const answer = await confirm(tokenIn(bySecurity.data.link));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Confirmed')]);
    const [link] = await mailsOf('recovery-link', 3);
    expect(link?.to).toBe(IT);
    expect((await gateway.browser().submit('/recovery-access/open', { token: tokenIn(link!.data.link) })).status).toBe(
      303,
    );
    const [me, other] = ['r1-1', 'r1-2'];
    expect(await events('duo')).toEqual([
      ['recovery.requested', 'recovery', me, me],
      ['recovery.confirmed', 'recovery', other, me],
      ['recovery.opened', 'recovery', me, me],
    ]);
  });

  it('a second confirmation leaves the link that the first one sent, and says so; a later one sends another', async () => {
    await ask(IT, 'duo');
    const asked = await mailsOf('recovery-confirm', 2);
    const say = async (by: string) => {
      const mail = asked.find(({ to }) => to === by);
      return (await confirm(tokenIn(mail!.data.link))).text();
    };
    expect(await say(SECURITY)).toContain('gets the link now');
    const [link] = await mailsOf('recovery-link', 3);
    expect(await say(OUTSIDE)).toContain('has a link already, which stays good');
    expect(await local.mails('recovery-link')).toEqual([]);
    const open = (token: string) => gateway.browser().submit('/recovery-access/open', { token });
    expect((await open(tokenIn(link!.data.link))).status).toBe(303);

    for (const minutes of [0, 15]) {
      local.world.pass(minutes);
      await ask(IT, 'duo');
      const [again] = await mailsOf('recovery-confirm', 2);
      expect(await (await confirm(tokenIn(again!.data.link))).text()).toContain('gets the link now');
      expect(await mailsOf('recovery-link', 3)).toHaveLength(1);
    }
  });

  it('nobody confirms for themselves, twice, or by the link of something else', async () => {
    const make = async (addressKey: string, about: string | undefined) => {
      const wanted = { purpose: 'recovery-confirm' as const, userId: undefined, addressKey, about, createdBy: 'test' };
      return (await local.tx('duo', (tx) => tx.links.create({ ...wanted, now: local.world.now }))).token;
    };
    expect((await confirm(await make(IT, IT))).status).toBe(400);
    expect((await confirm(await make(IT, 'eve@acme.com'))).status).toBe(400);
    expect((await confirm(await make('eve@acme.com', IT))).status).toBe(400);
    expect((await confirm(await make(IT, undefined))).status).toBe(400);
    const good = await make(SECURITY, IT);
    expect((await gateway.browser().submit('/recovery-access/open', { token: good })).status).toBe(400);
    expect((await confirm(good)).status).toBe(200);
    expect((await confirm(good)).status).toBe(400);
  });

  it('whoever is off-boarded asks, confirms and opens nothing, listed still or not', async () => {
    const make = async (purpose: 'recovery' | 'recovery-confirm', addressKey: string, about?: string) => {
      const wanted = { purpose, userId: undefined, addressKey, about, createdBy: 'test', now: local.world.now };
      return (await local.tx('duo', (tx) => tx.links.create(wanted))).token;
    };
    const { userId } = await local.user('duo', OUTSIDE);
    const by = { actor: { kind: 'token', id: 't' }, now: local.world.now } as const;
    const { users } = local.world.db.database;
    await users.deactivate(local.world.idOf('duo'), userId, by, { keepsSsoAdmin: false });
    expect((await confirm(await make('recovery-confirm', SECURITY, OUTSIDE))).status).toBe(400);
    expect((await confirm(await make('recovery-confirm', OUTSIDE, IT))).status).toBe(400);
    const token = await make('recovery', OUTSIDE);
    expect((await gateway.browser().submit('/recovery-access/open', { token })).status).toBe(400);
    expect((await ask(OUTSIDE, 'duo')).status).toBe(200);
    await gateway.settled();
    expect(await local.world.sql('select from mails')).toEqual([]);
    await ask(IT, 'duo');
    await gateway.settled();
    expect((await local.mails('recovery-confirm')).map(({ to }) => to)).toEqual([SECURITY]);
  });
});

describe('a recovery session', () => {
  it('is no session of a user: nothing but its page opens to it', async () => {
    const browser = await recovered();
    expect((await browser.get('/session')).status).toBe(401);
    const value = browser.cookies.get(COOKIE)!;
    const forged = gateway.browser();
    forged.cookies.set('__Host-rolecall_session', value);
    expect((await forged.get('/session')).status).toBe(401);
    expect((await browser.get('/recovery')).status).toBe(200);
  });

  it.each<[string, (browser: TestBrowser) => Promise<unknown> | void]>([
    ['when its time is over', () => local.world.pass(30)],
    ['when it is ended', (browser) => browser.at(gateway.address).submit('/recovery/end', {})],
    ['with another cookie', (browser) => void browser.cookies.set(COOKIE, 'x'.repeat(64))],
    ['without one', (browser) => browser.cookies.clear()],
  ])('is over %s', async (_when, end) => {
    const browser = await recovered();
    await end(browser);
    const shown = await browser.get('/recovery');
    expect([shown.status, shown.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/recovery-access/)]);
    const before = api.asked.length;
    for (const action of ['metadata', 'enabled', 'release', 'test']) {
      const answer = await browser.submit(`/recovery/${action}`, {
        idp: 'okta',
        enabled: 'false',
        hours: '1',
        xml: '<x/>',
      });
      expect(answer.headers.get('location')).toMatch(/^\/recovery-access/);
    }
    expect(api.asked).toHaveLength(before);
  });

  it('shows how sign-ins are, and nobody’s name', async () => {
    await gateway
      .browser()
      .signIn(local.world.idp, '/saml/acme/okta/login', local.world.person('mo@acme.com', { role_mapping: 'none' }));
    const html = await (await (await recovered()).get('/recovery')).text();
    expect(html).toContain('Repair single sign-on of Acme Corp');
    expect(html).toMatch(/Ends on \d{4}-\d\d-\d\d/);
    expect(html).toContain('unmatched_role');
    expect(html).toContain('No mapping role has the value');
    expect(html).not.toContain('mo@acme.com');
  });

  it('replaces metadata through the admin API, as itself and for a week', async () => {
    const browser = await recovered();
    api.answer = { status: 200, json: {} };
    const answer = await browser.submit('/recovery/metadata', { idp: 'okta', xml: ' <EntityDescriptor/> ' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/recovery?done=metadata']);
    const authorization = `Bearer ${browser.cookies.get(COOKIE)}`;
    expect(api.asked.slice(-2)).toMatchObject([
      { method: 'GET', path: '/v1/organizations/acme', authorization },
      { method: 'PATCH', path: '/v1/organizations/acme', authorization },
    ]);
    const expires = new Date(local.world.now.getTime() + 7 * 24 * 3_600_000 - 60_000).toISOString();
    const metadata = { xml: '<EntityDescriptor/>', url: null, refresh: null, signedBy: null };
    expect(api.patch).toEqual({
      baseRevision: 7,
      patch: { spec: { identityProviders: { okta: { metadata } } } },
      override: { reason: 'recovery access', expires },
    });
    expect(await (await browser.get('/recovery?done=metadata')).text()).toContain('The metadata is replaced');
  });

  it.each<[string, Record<string, string>, unknown]>([
    [
      'metadata',
      { url: 'https://new.example/m' },
      { identityProviders: { okta: { metadata: { url: 'https://new.example/m', xml: null } } } },
    ],
    ['enabled', { enabled: 'false' }, { identityProviders: { okta: { enabled: false } } }],
    ['enabled', { enabled: 'true' }, { identityProviders: { okta: { enabled: true } } }],
    ['release', { hours: '4' }, { login: { enforceSso: false } }],
  ])('asks for %s with %j', async (action, fields, spec) => {
    const answer = await (await recovered()).submit(`/recovery/${action}`, { idp: 'okta', ...fields });
    expect([answer.status, api.patch]).toMatchObject([303, { patch: { spec } }]);
  });

  it.each([
    ['true', 'The identity provider is switched on'],
    ['false', 'The identity provider is switched off'],
  ])('says which way it was switched: enabled %s', async (enabled, said) => {
    const browser = await recovered();
    api.answer = { status: 200, json: {} };
    const answer = await browser.submit('/recovery/enabled', { idp: 'okta', enabled });
    expect(await (await browser.get(answer.headers.get('location') ?? '')).text()).toContain(said);
  });

  it('keeps the form open that was sent empty', async () => {
    const answer = await (await recovered()).submit('/recovery/metadata', { idp: 'okta', xml: '', url: '' });
    const html = await answer.text();
    expect(html).toContain('Paste the metadata, or give its URL');
    expect(html).toContain('<details open');
  });

  it('consents to another identity provider only when that is ticked', async () => {
    const browser = await recovered();
    await browser.submit('/recovery/metadata', { idp: 'okta', xml: '<x/>', another: 'yes' });
    expect(api.patch).toMatchObject({
      allowReplace: true,
      patch: { spec: { identityProviders: { okta: { metadata: { entityId: null } } } } },
    });
    api.answer = { status: 409, json: { error: { code: 'replace_needs_consent', message: 'users are linked to it' } } };
    const refused = await browser.submit('/recovery/metadata', { idp: 'okta', xml: '<x/>' });
    const html = await refused.text();
    expect(refused.status).toBe(422);
    expect(html).toContain('another identity provider than the one that people are linked to');
    expect(html).toContain('tick “This is another identity provider”');
    api.answer = { status: 200, json: {} };
  });

  it.each([
    ['metadata', { idp: 'okta' }, 'one of both'],
    ['metadata', { idp: 'okta', xml: '<x/>', url: 'https://x.example' }, 'one of both'],
    ['metadata', { idp: '__proto__', xml: '<x/>' }, 'Choose an identity provider'],
    ['enabled', { idp: 'nobody' }, 'Choose an identity provider'],
    ['release', { hours: '48' }, 'Choose for how long'],
    ['test', { idp: 'nobody' }, 'Choose an identity provider'],
  ])('refuses a form that is none, without asking: %s %j', async (action, fields, said) => {
    const before = api.asked.length;
    const answer = await (await recovered()).submit(`/recovery/${action}`, fields as Record<string, string>);
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(said)]);
    expect(api.asked).toHaveLength(before);
  });

  it('keeps what was pasted when it is refused, escaped', async () => {
    const browser = await recovered();
    const pasted = '<a b="&amp;"></textarea><script>x</script></a>';
    api.answer = { status: 422, json: { error: { code: 'configuration_invalid', message: 'not valid' } } };
    const refused = await browser.submit('/recovery/metadata', { idp: 'okta', xml: pasted, another: 'yes' });
    const html = await refused.text();
    expect(html).toContain('&lt;a b=&quot;&amp;amp;&quot;>&lt;/textarea>&lt;script>x&lt;/script>&lt;/a></textarea>');
    expect(html).toMatch(/name="another" value="yes" checked/);
    const both = { idp: 'okta', xml: '<x/>', url: 'https://x.example/"onfocus="x' };
    const again = await (await browser.submit('/recovery/metadata', both)).text();
    expect(again).toContain('value="https://x.example/&quot;onfocus=&quot;x"');
    api.answer = { status: 200, json: {} };
    expect(await (await browser.get('/recovery')).text()).toContain('</textarea>');
  });

  it('says so when the admin API is not there, and shows its words escaped', async () => {
    const alone = await local.world.startGateway();
    const browser = (await recovered()).at(alone.address);
    const down = await browser.submit('/recovery/enabled', { idp: 'okta', enabled: 'false' });
    expect([down.status, await down.text()]).toEqual([422, expect.stringContaining('try again in a minute')]);
    const diagnostics = [{ message: 'no <b>entity</b>', suggestion: 'paste all of it' }];
    api.answer = { status: 422, json: { error: { code: 'configuration_invalid', message: 'not valid', diagnostics } } };
    const html = await (await (await recovered()).submit('/recovery/metadata', { idp: 'okta', xml: '<x/>' })).text();
    expect(html).toContain('No &lt;b>entity&lt;/b>; paste all of it.');
    expect(html).toContain('<details open');
    api.answer = { status: 200, json: {} };
  });

  it('tests an identity provider by a link of its own', async () => {
    const browser = await recovered();
    const answer = await browser.submit('/recovery/test', { idp: 'okta' });
    const path = answer.headers.get('location') ?? '';
    expect(path).toMatch(/^\/sso\/test\/acme\/okta\?link=[\w-]{43}$/);
    const result = await browser.signIn(
      local.world.idp,
      path,
      local.world.person('eve@acme.com', { role_mapping: 'sales' }),
    );
    expect(await result.text()).toContain('Success');
  });
});
