import { verifyChain } from '@rolecall/audit';
import { LOCAL, LocalWorld } from './testing/local-world.ts';
import type { TestBrowser } from './testing/test-browser.ts';
import { ACME } from './testing/test-world.ts';

describe('audit events say where the request came from (security.md 49)', () => {
  let local: LocalWorld;

  beforeAll(async () => {
    local = await LocalWorld.open({
      acme: LOCAL,
      beta: { ...ACME, emailDomains: { 'beta.com': { verification: 'asserted' } } },
    });
  });
  afterAll(() => local?.close());

  /** Of the events since, with the address. */
  async function since(seq: number, organization = 'acme') {
    const events = await local.world.audit(organization);
    expect(await verifyChain(events)).toMatchObject({ ok: true });
    return events.slice(seq).map(({ type, client }) => [type, client?.address]);
  }
  const count = async () => (await local.world.audit('acme')).length;

  it('of single sign-on, good and refused, and of a logout', async () => {
    const gateway = await local.world.startGateway();
    const browser = gateway.browser();
    const path = '/saml/beta/okta/login';
    await browser.signIn(local.world.idp, path, local.world.person('ami@beta.com', { role_mapping: 'sales' }));
    await browser.submit('/logout', {});
    await gateway.browser().signIn(local.world.idp, path, local.world.person('eve@beta.com'));
    const events = await since(0, 'beta');
    expect(events.map(([type]) => type)).toEqual(
      expect.arrayContaining(['user.created', 'login.succeeded', 'session.opened', 'session.revoked', 'login.refused']),
    );
    for (const event of events) expect(event[1]).toBe('127.0.0.1');
  });

  it('of passwords, links by mail and second factors', async () => {
    const gateway = await local.world.startGateway();
    const { email } = await local.person();
    const before = await count();
    await local.signIn(gateway.browser(), email);
    await local.signIn(gateway.browser(), email, 'not the password');
    await gateway.browser().submit('/login/acme/forgot', { address: email });
    await gateway.settled();
    const events = await since(before);
    expect(events.map(([type]) => type)).toEqual([
      'login.succeeded',
      'session.opened',
      'login.refused',
      'password.reset_requested',
    ]);
    for (const event of events) expect(event[1]).toBe('127.0.0.1');
  });

  const forwarded = (browser: TestBrowser, address: string, by = '203.0.113.66, 2001:DB8:0:0::7') =>
    browser.submit('/login/acme/password', { address, password: 'not the password' }, { 'x-forwarded-for': by });

  it('is the one that a trusted proxy tells, and else that of the connection', async () => {
    const { email } = await local.person();
    const before = await count();
    const behind = await local.world.startGateway({ trustedProxies: ['127.0.0.1'] });
    await forwarded(behind.browser(), email);
    await forwarded(behind.browser(), email, '203.0.113.66, 192.0.2.7:51234, 127.0.0.1:443');
    await forwarded((await local.world.startGateway()).browser(), email);
    expect(await since(before)).toEqual([
      ['login.refused', '2001:db8::7'],
      ['login.refused', '192.0.2.7'],
      ['login.refused', '127.0.0.1'],
    ]);
  });

  it('is not recorded where addresses are kept for no day', async () => {
    const { email } = await local.person();
    const before = await count();
    const gateway = await local.world.startGateway({ addressDays: 0 });
    await local.signIn(gateway.browser(), email);
    expect(await since(before)).toEqual([
      ['login.succeeded', undefined],
      ['session.opened', undefined],
    ]);
    expect((await local.world.audit('acme')).at(-1)?.origin).toBeUndefined();
  });
});
