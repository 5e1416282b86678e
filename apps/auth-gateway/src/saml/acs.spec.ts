import { TEST_OTHER_KEY, TestIdp } from '@rolecall/saml/testing';
import { request as httpRequest } from 'node:http';
import type { TestBrowser } from '../testing/test-browser.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';

const ACS = '/saml/acme/okta/acs';
const LOGIN = '/saml/acme/okta/login';

describe('the assertion consumer service', () => {
  let world: TestWorld;
  let gateway: TestGateway;
  let replica: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME, beta: BETA });
    gateway = await world.startGateway();
    replica = await world.startGateway();
  });
  afterAll(() => world?.close());

  const eve = () => world.person('eve@acme.com', { role_mapping: 'engineering' });
  /** A response that would be accepted. */
  const respond = async (browser: TestBrowser, idp: TestIdp = world.idp) => {
    const { connection, requestId, relayState } = await browser.start(LOGIN);
    return { relayState, samlResponse: idp.respond({ connection, inResponseTo: requestId, ...eve() }) };
  };
  const refusal = async (answer: Response) => {
    const page = await answer.text();
    const flow = await world.flowOn('acme', page);
    return { status: answer.status, code: flow?.code, page, flow };
  };

  it('leads to /saml/continue, without a cookie and without touching a user', async () => {
    const browser = gateway.browser();
    const { samlResponse } = await respond(browser);
    const posted = await browser.postResponse(ACS, samlResponse, 'https://evil.example/');
    expect(posted.status).toBe(303);
    expect(posted.headers.get('location')).toMatch(/^\/saml\/continue\?h=[\w-]{64}$/);
    expect(posted.headers.getSetCookie()).toEqual([]);
    expect(await world.sql('select * from users')).toEqual([]);
  });

  describe('answers nothing but one POSTed response (G1, T01-T07)', () => {
    const unsignedLogout = Buffer.from(
      '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="2026-03-02T09:00:00Z"/>',
    ).toString('base64');

    it.each([
      ['GET without anything', 'GET', ACS, 'method_not_allowed'],
      [
        'GET with an unsigned LogoutResponse',
        'GET',
        `${ACS}?SAMLResponse=${encodeURIComponent(unsignedLogout)}`,
        'method_not_allowed',
      ],
      [
        'GET with a LogoutRequest',
        'GET',
        `${ACS}?SAMLRequest=${encodeURIComponent(unsignedLogout)}`,
        'method_not_allowed',
      ],
      ['PUT', 'PUT', ACS, 'method_not_allowed'],
      [
        'POST with SAMLResponse in the query',
        'POST',
        `${ACS}?SAMLResponse=${encodeURIComponent(unsignedLogout)}`,
        'saml_in_query',
      ],
      ['POST with an encoded SAMLRequest in the query', 'POST', `${ACS}?%53AMLRequest=x`, 'saml_in_query'],
      ['POST with nothing', 'POST', ACS, 'content_type_not_form'],
    ])('%s', async (_, method, path, code) => {
      const answer = await fetch(gateway.address + path, { method, redirect: 'manual' });
      expect(await refusal(answer)).toMatchObject({ status: 400, code });
      expect(answer.headers.getSetCookie()).toEqual([]);
    });

    it.each([
      ['JSON', 'application/json', '{"SAMLResponse":{"length":1}}', 'content_type_not_form'],
      ['two responses', 'application/x-www-form-urlencoded', 'SAMLResponse=a&SAMLResponse=b', 'saml_response_repeated'],
      ['a request', 'application/x-www-form-urlencoded', 'SAMLRequest=a', 'saml_request_not_allowed'],
      ['both', 'application/x-www-form-urlencoded', 'SAMLResponse=a&SAMLRequest=a', 'saml_request_not_allowed'],
      ['no response', 'application/x-www-form-urlencoded', 'RelayState=a', 'saml_response_missing'],
      [
        'two RelayStates',
        'application/x-www-form-urlencoded',
        'SAMLResponse=a&RelayState=b&RelayState=c',
        'relay_state_invalid',
      ],
      ['no XML', 'application/x-www-form-urlencoded', 'SAMLResponse=a%21', 'response_not_base64'],
      [
        'a logout answer',
        'application/x-www-form-urlencoded',
        `SAMLResponse=${encodeURIComponent(unsignedLogout)}`,
        'not_a_response',
      ],
    ])('POST of %s', async (_, contentType, body, code) => {
      const answer = await fetch(gateway.address + ACS, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
        redirect: 'manual',
      });
      expect(await refusal(answer)).toMatchObject({ status: 400, code });
    });

    it('refuses a body beyond 400 kB, and one that is compressed', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const large = await fetch(gateway.address + ACS, {
        method: 'POST',
        headers: form,
        body: `SAMLResponse=${'a'.repeat(410_000)}`,
      });
      expect(large.status).toBe(413);
      const packed = await fetch(gateway.address + ACS, {
        method: 'POST',
        headers: { ...form, 'content-encoding': 'gzip' },
        body: 'x',
      });
      expect(packed.status).toBe(415);
    });
  });

  it('shows one sentence whatever is wrong, and keeps the reason for the operator (G11)', async () => {
    const browser = gateway.browser();
    const bare = await respond(browser);
    const stranger = await respond(browser, new TestIdp({ key: TEST_OTHER_KEY }));
    const forged = await refusal(await browser.postResponse(ACS, stranger.samlResponse, stranger.relayState));
    const altered = Buffer.from(bare.samlResponse, 'base64').toString().replaceAll('eve@acme.com', 'eva@acme.com');
    const changed = await refusal(await browser.postResponse(ACS, Buffer.from(altered).toString('base64')));
    expect([forged.code, changed.code]).toEqual(['signature_invalid', 'signature_invalid']);
    expect(forged.flow?.steps[0]).toEqual({ check: 'answer_expected', passed: true });
    const sentence = (page: string) => page.replace(/[0-9a-f]{32}/, '');
    const nonsense = await refusal(await browser.postResponse(ACS, 'AAAA'));
    expect(sentence(nonsense.page)).toBe(sentence(forged.page));
    expect(forged.page).not.toMatch(/signature/i);
  });

  it('refuses an answer that nobody asked for, and one that comes too late', async () => {
    const browser = gateway.browser();
    const { connection } = await browser.start(LOGIN);
    const unasked = await refusal(await browser.postResponse(ACS, world.idp.respond({ connection, ...eve() })));
    expect(unasked.code).toBe('unsolicited_response');
    const { requestId } = await browser.start(LOGIN);
    world.pass(11);
    const late = await refusal(
      await browser.postResponse(ACS, world.idp.respond({ connection, inResponseTo: requestId, ...eve() })),
    );
    expect(late.code).toBe('unknown_request');
    expect(late.page).toContain('took too long');
  });

  it('refuses a replay', async () => {
    const browser = gateway.browser();
    const { samlResponse } = await respond(browser);
    expect((await browser.postResponse(ACS, samlResponse)).status).toBe(303);
    expect(await refusal(await browser.postResponse(ACS, samlResponse))).toMatchObject({
      status: 400,
      code: 'replayed_assertion',
    });
  });

  it('accepts one of two copies that arrive at two gateways at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const browser = gateway.browser();
      const { samlResponse } = await respond(browser);
      const answers = await Promise.all([
        browser.postResponse(ACS, samlResponse),
        replica.browser().postResponse(ACS, samlResponse),
      ]);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([303, 400]);
    }
  });

  it('lets a login end at another replica than it began', async () => {
    const browser = gateway.browser();
    const { samlResponse } = await respond(browser);
    const posted = await browser.postResponse(ACS, samlResponse);
    const elsewhere = browser.at(replica.address);
    expect((await elsewhere.get(posted.headers.get('location') ?? '')).status).toBe(303);
    expect((await elsewhere.get('/session')).status).toBe(200);
  });

  it('refuses a response for one organization at another, though one IdP key serves both (G9)', async () => {
    const browser = gateway.browser();
    const { samlResponse, relayState } = await respond(browser);
    const crossed = await browser.postResponse('/saml/beta/okta/acs', samlResponse, relayState);
    expect(crossed.status).toBe(400);
    const flow = await world.flowOn('beta', await crossed.text());
    expect(['destination_mismatch', 'recipient_mismatch', 'audience_mismatch']).toContain(flow?.code);
    expect(await world.sql('select * from users where org_id = $1', [world.idOf('beta')])).toEqual([]);
  });

  it('does not fall over an unsigned LogoutRequest by GET (T06)', async () => {
    await new Promise<void>((resolve, reject) => {
      httpRequest(`${gateway.address}${ACS}?SAMLRequest=fVA9a8MwEN0L`, (answer) => {
        answer.resume().on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
    expect((await fetch(`${gateway.address}/healthz`)).status).toBe(200);
  });
});

describe('the other SAML endpoints', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  it('publish metadata under the entity id', async () => {
    const answer = await gateway.browser().get('/saml/acme/okta/metadata');
    expect(answer.headers.get('content-type')).toBe('application/samlmetadata+xml; charset=utf-8');
    const xml = await answer.text();
    expect(xml).toContain('entityID="https://sso.example.com/saml/acme/okta/metadata"');
    expect(xml).toContain('Location="https://sso.example.com/saml/acme/okta/acs"');
  });

  it('send a RelayState of ours, never one that came in (G10)', async () => {
    const { relayState, location } = await gateway
      .browser()
      .start('/saml/acme/okta/login?RelayState=https://evil.example/&returnTo=https://evil.example/');
    expect(relayState).toMatch(/^login\.[0-9a-f]{32}$/);
    expect(location.origin + location.pathname).toBe('https://idp.example/sso');
    expect(await world.sql('select return_to from login_transactions')).toEqual([{ return_to: null }]);
  });

  it('never trust the Host header', async () => {
    const { connection } = await gateway.browser().start('/saml/acme/okta/login');
    expect(connection.spEntityId).toBe('https://sso.example.com/saml/acme/okta/metadata');
  });
});
