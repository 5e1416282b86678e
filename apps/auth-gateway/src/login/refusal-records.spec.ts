import { TEST_OTHER_KEY, TestIdp } from '@rolecall/saml/testing';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, BETA, TestWorld } from '../testing/test-world.ts';
import { STRANGERS_PER_MINUTE } from './refusal-budget.ts';

const ACS = '/saml/acme/okta/acs';
const stranger = new TestIdp({ key: TEST_OTHER_KEY });

describe('the record of a refusal', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeEach(async () => {
    const off = { type: 'saml', metadata: { xml: '' }, enabled: false } as const;
    world = await TestWorld.open({ acme: ACME, off: { ...BETA, identityProviders: { okta: off } } });
    gateway = await world.startGateway();
  });
  afterEach(() => world?.close());

  const rows = async (table: 'flow_records' | 'audit_events', organization = 'acme') =>
    (await world.sql(`select count(*)::int as n from ${table} where org_id = $1`, [world.idOf(organization)]))[0]?.[
      'n'
    ];
  const garbage = () => gateway.browser().postResponse(ACS, 'AAAA');

  it('is not written without bound for answers that belong to no login; they are still counted', async () => {
    const sent = STRANGERS_PER_MINUTE + 10;
    for (let n = 0; n < sent; n++) expect((await garbage()).status).toBe(400);
    expect([await rows('flow_records'), await rows('audit_events')]).toEqual([
      STRANGERS_PER_MINUTE,
      STRANGERS_PER_MINUTE,
    ]);
    const metrics = await (await gateway.browser().get('/metrics')).text();
    expect(/code="xml_encoding",app="auth-gateway"} (\d+)/.exec(metrics)?.[1]).toBe(String(sent));
    world.pass(1);
    await garbage();
    expect(await rows('flow_records')).toBe(STRANGERS_PER_MINUTE + 1);
  });

  it('is not written without bound for starts at an identity provider that is switched off', async () => {
    for (let n = 0; n < STRANGERS_PER_MINUTE + 10; n++) await gateway.browser().get('/saml/off/okta/login');
    expect(await rows('audit_events', 'off')).toBe(STRANGERS_PER_MINUTE);
  });

  it('of a login that waits is written even then, once, under the trace id of that login', async () => {
    for (let n = 0; n < STRANGERS_PER_MINUTE; n++) await garbage();
    const browser = gateway.browser();
    const { requestId, connection, relayState } = await browser.start('/saml/acme/okta/login');
    const forged = stranger.respond({ connection, inResponseTo: requestId, ...world.person('eve@acme.com') });
    for (let n = 0; n < 3; n++) {
      const page = await (await browser.postResponse(ACS, forged)).text();
      expect(await world.flowOn('acme', page)).toMatchObject({ code: 'signature_invalid', kind: 'saml-login' });
      expect(page).toContain(relayState.split('.')[1]);
    }
    expect(await rows('audit_events')).toBe(STRANGERS_PER_MINUTE + 1);
  });

  it('gives its reason to nobody who only claims that it was a test (G11)', async () => {
    const claim = `test.${'0'.repeat(32)}`;
    const { requestId, connection } = await gateway.browser().start('/saml/acme/okta/login');
    const forged = stranger.respond({ connection, inResponseTo: requestId, ...world.person('eve@acme.com') });
    for (const samlResponse of ['AAAA', forged]) {
      const page = await (await gateway.browser().postResponse(ACS, samlResponse, claim)).text();
      expect(page).not.toMatch(/signature|response_not/);
    }
  });

  it.each(['a', 'aa'])('is written whatever characters it cuts (%s)', async (start) => {
    // in UTF-16 units a smiley is two, so of these two texts one is cut within it
    const smileys = Array.from({ length: 20 }, () => '\u{1f600}'.repeat(30));
    const refused = await gateway
      .browser()
      .signIn(world.idp, '/saml/acme/okta/login', world.person('eve@acme.com', { role_mapping: [start, ...smileys] }));
    expect(refused.status).toBe(403);
    const flow = await world.flowOn('acme', await refused.text());
    expect(flow).toMatchObject({ code: 'unmatched_role' });
    expect(flow?.steps.at(-1)?.got?.isWellFormed()).toBe(true);
  });
});
