import { LOCAL, LocalWorld } from '../testing/local-world.ts';
import { ACME } from '../testing/test-world.ts';

it('a sign-in by password loses against an apply that enforces SSO, and its pending one too (security.md 38)', async () => {
  const spec = { ...ACME, emailDomains: LOCAL.emailDomains ?? {} };
  const local = await LocalWorld.open({ acme: spec });
  try {
    const [gateway, other] = [await local.world.startGateway(), await local.world.startGateway()];
    const [eve, bob] = [await local.person(), await local.person()];
    const app = await local.enrol(bob.userId);
    const pending = gateway.browser();
    expect((await local.signIn(pending, bob.email)).headers.get('location')).toContain('second-factor');
    // read before, so that the gateway holds the organization as it was
    for (const it of [gateway, other])
      expect(await (await it.browser().get('/login/acme')).text()).toContain('password');
    await local.world.change('acme', { ...spec, login: { enforceSso: true, recoveryAdmins: ['it@acme.com'] } });
    const browser = gateway.browser();
    const refused = await local.signIn(browser, eve.email);
    expect([refused.status, (await browser.get('/session')).status]).toEqual([400, 401]);
    expect((await pending.submit('/login/acme/second-factor', { code: app() })).status).toBe(400);
    expect((await pending.get('/session')).status).toBe(401);
    expect(await local.world.sql('select from sessions')).toEqual([]);
  } finally {
    await local.close();
  }
});
