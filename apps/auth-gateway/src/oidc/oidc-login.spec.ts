import { verifyChain } from '@rolecall/audit';
import { openId, OidcWorld } from '../testing/oidc-world.ts';
import type { TestBrowser } from '../testing/test-browser.ts';
import { APPLICATION, type TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA } from '../testing/test-world.ts';

const GOOGLE = '/oidc/acme/google/login';
const NOT_SIGNED_IN = 401;

describe('a login at an OpenID provider', () => {
  let oidc: OidcWorld;
  let gateway: TestGateway;
  let second: TestGateway;

  beforeAll(async () => {
    oidc = await OidcWorld.open({
      acme: {
        ...ACME,
        identityProviders: {
          ...ACME.identityProviders,
          google: { ...openId('https://google.example', { hostedDomain: 'acme.com' }), displayName: 'Google' },
        },
      },
      beta: {
        ...BETA,
        identityProviders: {
          one: openId('https://one.example'),
          two: openId('https://two.example'),
          off: openId('https://off.example', { enabled: false }),
        },
      },
      same: { ...BETA, identityProviders: { one: openId('https://one.example') } },
      domains: {
        ...BETA,
        emailDomains: { 'domains.example': { verification: 'asserted' } },
        identityProviders: {
          one: openId('https://domains-one.example'),
          two: openId('https://domains-two.example'),
          mapped: { ...openId('https://mapped.example'), attributes: { email: 'upn' } },
        },
      },
    });
    [gateway, second] = [await oidc.startGateway(), await oidc.startGateway()];
  });
  afterAll(() => oidc?.world.close());
  afterEach(() => {
    for (const provider of oidc.providers.values()) provider.misbehaviour = {};
  });

  const session = async (browser: TestBrowser) =>
    (await browser.get('/session')).json() as Promise<Record<string, unknown>>;
  const eve = (claims: Record<string, unknown> = {}) => ({
    sub: 'google-1',
    email: 'eve@acme.com',
    email_verified: true,
    hd: 'acme.com',
    given_name: 'Eve',
    name: 'Eve Engineer',
    role_mapping: 'engineering',
    groups: ['vip', 'dev'],
    ...claims,
  });
  const refusal = async (answer: Response, organization = 'beta') => {
    const flow = await oidc.world.flowOn(organization, await answer.text());
    return [answer.status, flow?.kind, flow?.code];
  };

  it('creates the user just in time, with the mapped roles, and says who is there', async () => {
    const browser = gateway.browser();
    const choice = await (await browser.get('/login/acme')).text();
    expect(choice).toContain(`href="${GOOGLE}"`);
    const entered = await oidc.signIn(browser, `${GOOGLE}?returnTo=${APPLICATION}/start`, eve());
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/announcement']);
    expect(await (await browser.get('/announcement')).text()).toContain(`href="${APPLICATION}/start"`);
    expect(await session(browser)).toEqual({
      user: { id: expect.any(String), email: 'eve@acme.com', displayName: 'Eve Engineer' },
      organization: 'acme',
      grants: { 'account/main': ['campaign-creator'], 'project/eu-shop': ['member'] },
      groups: ['inbox/vip'],
      identityProvider: 'google',
      expiresAt: expect.any(String),
    });
  });

  it('leaves a flow record and a whole audit chain, without anything of the tokens or the person', async () => {
    const events = await oidc.world.audit('acme');
    expect(await verifyChain(events)).toMatchObject({ ok: true });
    const { traceId = '' } = events.find(({ type }) => type === 'login.succeeded') ?? {};
    const flow = await oidc.world.db.database.inOrganization(oidc.world.idOf('acme'), (tx) => tx.findFlow(traceId));
    expect(flow).toMatchObject({ kind: 'oidc-login', identityProvider: 'google', outcome: 'succeeded' });
    expect(flow?.steps.map(({ check }) => check)).toEqual([
      'answer_verified',
      'answer_used_once',
      'same_browser',
      'identity_provider_enabled',
      'profile_fits',
      'access_decided',
      'email_domain_allowed',
      'user_found',
      'grants_stored',
      'session_opened',
    ]);
    const kept = JSON.stringify([flow, events, gateway.logLines]);
    for (const secret of ['eve@acme.com', 'a client secret', 'code_verifier', 'eyJ'])
      expect(kept).not.toContain(secret);
  });

  it('finds the user by subject again, also when the e-mail address changed', async () => {
    const browser = gateway.browser();
    await oidc.signIn(browser, GOOGLE, eve());
    const before = (await session(browser))['user'];
    await oidc.signIn(browser, GOOGLE, eve({ email: 'eve.married@acme.com' }));
    expect((await session(browser))['user']).toEqual({ ...(before as object), email: 'eve.married@acme.com' });
  });

  it('signs two tabs in at once, at two organizations and two gateways (O19)', async () => {
    const browser = gateway.browser();
    const one = await oidc.goAndComeBack(browser, '/oidc/beta/one/login', { sub: 'tab' });
    const two = await oidc.goAndComeBack(browser, GOOGLE, eve());
    expect((await browser.at(second.address).get(one)).status).toBe(303);
    expect((await browser.get(two)).status).toBe(303);
    expect(await session(browser)).toMatchObject({ organization: 'acme' });
  });

  it('keeps one subject at two connections of one issuer apart (O9)', async () => {
    const [here, there] = [gateway.browser(), gateway.browser()];
    await oidc.signIn(here, '/oidc/beta/one/login', { sub: 'same' });
    await oidc.signIn(there, '/oidc/same/one/login', { sub: 'same' });
    expect((await session(here))['user']).not.toEqual((await session(there))['user']);
  });

  it('refuses a callback that comes a second time, at any gateway', async () => {
    const browser = gateway.browser();
    const callback = await oidc.goAndComeBack(browser, '/oidc/beta/one/login', { sub: 'again' });
    expect((await browser.get(callback)).status).toBe(303);
    for (const each of [browser, browser.at(second.address)]) {
      const again = await each.get(callback);
      expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('took too long')]);
    }
  });

  it('does not use a login up by HEAD', async () => {
    const browser = gateway.browser();
    const callback = await oidc.goAndComeBack(browser, '/oidc/beta/one/login', { sub: 'head' });
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const head = await fetch(gateway.address + callback, { method: 'HEAD', headers: { cookie }, redirect: 'manual' });
    expect(head.status).toBe(404);
    expect((await browser.get(callback)).status).toBe(303);
  });

  it('enters once when a callback comes to two gateways at the same moment', async () => {
    const browser = gateway.browser();
    const callback = await oidc.goAndComeBack(browser, '/oidc/beta/one/login', { sub: 'race' });
    const answers = await Promise.all([browser, browser.at(second.address)].map((each) => each.get(callback)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 400]);
  });

  it('refuses a login that another browser started, and burns it', async () => {
    const [mine, other] = [gateway.browser(), gateway.browser()];
    const callback = await oidc.goAndComeBack(mine, '/oidc/beta/one/login', { sub: 'csrf' });
    await other.get('/oidc/beta/one/login'); // has a flow cookie of its own
    const { asked } = oidc.at('https://one.example');
    const before = asked.length;
    expect(await refusal(await other.get(callback))).toEqual([400, 'oidc-login', 'other_browser']);
    expect((await mine.get(callback)).status).toBe(400);
    expect(asked.length).toBe(before); // the code was not sent anywhere
    expect((await other.get('/session')).status).toBe(NOT_SIGNED_IN);
  });

  it('refuses a login after 10 minutes', async () => {
    const browser = gateway.browser();
    const callback = await oidc.goAndComeBack(browser, '/oidc/beta/one/login', { sub: 'late' });
    oidc.world.pass(10);
    expect((await browser.get(callback)).status).toBe(400);
  });

  it.each([
    ['without parameters', ''],
    ['with a state that is none of ours', '?code=x&state=guess'],
    ['with a state of an organization that does not exist', `?code=x&state=${'A'.repeat(64)}`],
    ['with two states', '?code=x&state=a&state=b'],
    ['with an error and no state', '?error=server_error&error_description=<script>alert(1)</script>'],
  ])('answers a callback %s by a page, and starts no login', async (_, query) => {
    const answer = await gateway.browser().get(`/oidc/callback${query}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(await answer.text()).not.toContain('script>');
  });

  it('shows an error answer with its state as one sentence, and the reason to the operator', async () => {
    oidc.at('https://one.example').misbehaviour = {
      callback: { code: null, error: 'access_denied', error_description: '<script>' },
    };
    const answer = await oidc.signIn(gateway.browser(), '/oidc/beta/one/login', { sub: 'denied' });
    const page = await answer.text();
    expect([answer.status, page]).toEqual([400, expect.stringContaining('cancelled or refused')]);
    expect(page).not.toContain('<script>');
    const flow = await oidc.world.flowOn('beta', page);
    expect(flow).toMatchObject({ code: 'access_denied', mustAct: 'user' });
    expect(flow?.steps.at(-1)).toMatchObject({ check: 'answer_verified', got: 'access_denied <script>' });
  });

  it('refuses the answer of another provider (mix-up)', async () => {
    oidc.at('https://one.example').misbehaviour = { callback: { iss: 'https://two.example' } };
    const answer = await oidc.signIn(gateway.browser(), '/oidc/beta/one/login', { sub: 'mixed' });
    expect(await refusal(answer)).toEqual([400, 'oidc-login', 'callback_issuer_mismatch']);
  });

  it('refuses a code of one connection at another (O10)', async () => {
    const browser = gateway.browser();
    const one = new URLSearchParams(
      (await oidc.goAndComeBack(browser, '/oidc/beta/one/login', { sub: 'a' })).split('?')[1],
    );
    const two = new URLSearchParams(
      (await oidc.goAndComeBack(browser, '/oidc/beta/two/login', { sub: 'b' })).split('?')[1],
    );
    two.set('code', one.get('code') ?? '');
    const answer = await browser.get(`/oidc/callback?${two.toString()}`);
    expect(await refusal(answer)).toEqual([400, 'oidc-login', 'token_request_refused']);
  });

  it.each([
    ['signed by another key', { signedWith: 'attacker' }, 'id_token_signature_invalid'],
    ['without a signature', { header: { alg: 'none' }, secret: 'none' } as const, 'id_token_algorithm_refused'],
    ['with the nonce of another login', { claims: { nonce: 'n' } }, 'id_token_nonce_mismatch'],
    ['for another client', { claims: { aud: 'other' } }, 'id_token_audience_mismatch'],
    ['that is a number', { token: { id_token: 7 } }, 'id_token_malformed'],
  ])('refuses an ID token %s', async (_, misbehaviour, code) => {
    oidc.at('https://one.example').misbehaviour = misbehaviour;
    const browser = gateway.browser();
    const answer = await oidc.signIn(browser, '/oidc/beta/one/login', { sub: 'forged' });
    expect(await refusal(answer)).toEqual([400, 'oidc-login', code]);
    expect((await browser.get('/session')).status).toBe(NOT_SIGNED_IN);
    expect(await oidc.world.sql(`select 1 from identities where name_id = 'forged'`)).toEqual([]);
  });

  it('refuses an account of another hosted domain', async () => {
    const answer = await oidc.signIn(gateway.browser(), GOOGLE, eve({ hd: undefined }));
    expect(await refusal(answer, 'acme')).toEqual([400, 'oidc-login', 'hosted_domain_mismatch']);
  });

  it('says that the provider does not answer', async () => {
    oidc.at('https://two.example').misbehaviour = { answers: { token: { fails: 'outbound_timeout' } } };
    const answer = await oidc.signIn(gateway.browser(), '/oidc/beta/two/login', { sub: 'x' });
    expect(await refusal(answer)).toEqual([502, 'oidc-login', 'token_endpoint_unreachable']);
  });

  it('starts no login at a disabled provider, and each protocol only at its own providers', async () => {
    const browser = gateway.browser();
    expect(await refusal(await browser.get('/oidc/beta/off/login'))).toEqual([403, 'oidc-login', 'idp_disabled']);
    expect((await browser.get('/oidc/acme/okta/login')).status).toBe(404);
    expect((await browser.get('/saml/acme/google/login')).status).toBe(404);
    expect((await browser.get('/saml/acme/google/metadata')).status).toBe(404);
  });

  describe('and an e-mail address', () => {
    const at = (path: string, claims: Record<string, unknown>) => {
      const browser = gateway.browser();
      return { browser, answer: oidc.signIn(browser, path, claims) };
    };
    const verified = { email: 'ann@domains.example', email_verified: true };

    it('links to the user at another provider when it is verified', async () => {
      const first = at('/oidc/domains/one/login', { sub: 'ann-1', ...verified });
      expect((await first.answer).status).toBe(303);
      const linked = at('/oidc/domains/two/login', { sub: 'ann-2', ...verified });
      expect((await linked.answer).status).toBe(303);
      expect((await session(linked.browser))['user']).toEqual((await session(first.browser))['user']);
    });

    it.each([
      ['false', false],
      ['absent', undefined],
      ['a text', 'true'],
    ])('neither links nor creates when email_verified is %s (O7)', async (_, emailVerified) => {
      const claims = { sub: 'thief', email: 'ann@domains.example', email_verified: emailVerified };
      const { answer } = at('/oidc/domains/two/login', claims);
      expect(await refusal(await answer, 'domains')).toEqual([403, 'oidc-login', 'email_not_verified']);
    });

    it('neither links nor creates by another claim than the verified one (O5)', async () => {
      const claims = { sub: 'thief', email: 'own@domains.example', email_verified: true, upn: 'ann@domains.example' };
      const { answer } = at('/oidc/domains/mapped/login', claims);
      expect(await refusal(await answer, 'domains')).toEqual([403, 'oidc-login', 'email_not_verified']);
    });

    it('of somebody else cannot be taken by a known user (O7)', async () => {
      const own = { sub: 'thief', email: 'thief@domains.example', email_verified: true };
      expect((await at('/oidc/domains/one/login', own).answer).status).toBe(303);
      const { answer } = at('/oidc/domains/one/login', { sub: 'thief', email: 'ann@domains.example' });
      expect(await refusal(await answer, 'domains')).toEqual([403, 'oidc-login', 'email_not_verified']);
    });

    it('is not taken by a login that the mapping refuses either', async () => {
      const unverified = { email: 'boss@acme.com', email_verified: false, role_mapping: 'marketing' };
      const answer = await oidc.signIn(gateway.browser(), GOOGLE, eve(unverified));
      expect(await refusal(answer, 'acme')).toEqual([403, 'oidc-login', 'email_not_verified']);
      expect(await oidc.world.sql(`select 1 from users where email = 'boss@acme.com'`)).toEqual([]);
    });

    it('need not be verified again for somebody who has it', async () => {
      const { answer } = at('/oidc/domains/one/login', { sub: 'ann-1', email: 'ann@domains.example' });
      expect((await answer).status).toBe(303);
    });
  });

  describe('/sso/test', () => {
    it('shows facts, decision and steps, and opens no session', async () => {
      const browser = gateway.browser();
      const { id, path } = await oidc.world.testLink('acme', 'google');
      const page = await (await oidc.signIn(browser, path, eve())).text();
      for (const shown of ['Success', 'campaign-creator', 'role_mapping', 'google-1']) expect(page).toContain(shown);
      expect((await browser.get('/session')).status).toBe(NOT_SIGNED_IN);
      expect(await oidc.world.flowOn('acme', page)).toMatchObject({ kind: 'oidc-test', outcome: 'succeeded' });
      const test = await oidc.world.db.database.ssoTests.find(oidc.world.idOf('acme'), 'google', id, oidc.world.now);
      expect(test?.result).toMatchObject({ outcome: 'succeeded', facts: expect.anything() });
      const plain = await (await oidc.signIn(gateway.browser(), '/sso/test/acme/google', eve())).text();
      for (const hidden of ['campaign-creator', 'google-1']) expect(plain).not.toContain(hidden);
    });

    it('says what is wrong with the answer, and works before the provider is switched on', async () => {
      const provider = oidc.at('https://off.example');
      provider.misbehaviour = { claims: { aud: 'other' } };
      const refused = await (await oidc.signIn(gateway.browser(), '/sso/test/beta/off', { sub: 'x' })).text();
      expect(refused).toContain('id_token_audience_mismatch');
      provider.misbehaviour = {};
      const fine = await (await oidc.signIn(gateway.browser(), '/sso/test/beta/off', { sub: 'x' })).text();
      expect(fine).toContain('Success');
    });

    it('says that the provider cannot be reached, before the browser is sent there', async () => {
      oidc.world.pass(11);
      oidc.at('https://off.example').misbehaviour = { answers: { discovery: { status: 404 } } };
      const answer = await gateway.browser().get('/sso/test/beta/off');
      expect(await answer.text()).toContain('discovery_unreachable');
    });
  });
});
