import type { TestGateway } from './testing/test-gateway.ts';
import { ACME, TestWorld } from './testing/test-world.ts';

describe('the log (security.md 51)', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  it('tells each login and refusal by its codes, and holds nothing of the person or of any secret', async () => {
    const browser = gateway.browser();
    const secrets = ['eve@acme.com', 'Eve Engineer', 'mo@acme.com', 'marketing'];
    await browser.submit('/login', { identifier: 'eve@acme.com' });
    const request = await browser.start('/saml/acme/okta/login');
    const samlResponse = world.idp.respond({
      connection: request.connection,
      inResponseTo: request.requestId,
      ...world.person('eve@acme.com', { role_mapping: 'engineering', name: 'Eve Engineer' }),
    });
    const posted = await browser.postResponse('/saml/acme/okta/acs', samlResponse, request.relayState);
    const handle = new URL(posted.headers.get('location') ?? '', gateway.address).searchParams.get('h') ?? '';
    await browser.get(`/saml/continue?h=${handle}`);
    secrets.push(samlResponse, handle, ...browser.cookies.values());
    await browser.postResponse('/saml/acme/okta/acs', samlResponse, request.relayState);
    await gateway
      .browser()
      .signIn(world.idp, '/saml/acme/okta/login', world.person('mo@acme.com', { role_mapping: 'marketing' }));
    await gateway
      .browser()
      .signIn(world.idp, '/sso/test/acme/okta', world.person('mo@acme.com', { role_mapping: 'marketing' }));
    await browser.submit('/logout', {});
    await world.sql('drop table sessions cascade');
    expect((await browser.get('/session', { cookie: `__Host-rolecall_session=${handle}` })).status).toBe(500);

    const log = gateway.logLines.join('');
    const entries = gateway.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const logins = entries.filter(({ msg }) => msg === 'login').map(({ outcome, code }) => [outcome, code]);
    expect(logins).toEqual([
      ['succeeded', 'ok'],
      ['refused', 'replayed_assertion'],
      ['refused', 'unmatched_role'],
      ['tested', 'unmatched_role'],
    ]);
    expect(entries.filter(({ level }) => level === 'error')).toHaveLength(1);
    for (const secret of secrets) expect(log).not.toContain(secret);
    expect(log).not.toMatch(/SAMLResponse=|<saml|PHNhbWw|\?h=/);
  });

  it('is counted at /metrics', async () => {
    const metrics = await (await gateway.browser().get('/metrics')).text();
    expect(metrics).toContain('rolecall_logins_total{outcome="succeeded",code="ok",app="auth-gateway"} 1');
    expect(metrics).toContain('rolecall_logins_total{outcome="refused",code="unmatched_role",app="auth-gateway"} 1');
  });
});
