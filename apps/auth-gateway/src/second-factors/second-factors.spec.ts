import { Secret, TOTP } from 'otpauth';
import { sha256 } from '@rolecall/persistence';
import { Organizations } from '../organizations/organizations.ts';
import { LOCAL, LocalWorld, PASSWORD } from '../testing/local-world.ts';
import type { TestGateway } from '../testing/test-gateway.ts';

const OTHER = 'seven quiet tangerines march';

describe('what signed-in users change themselves', () => {
  let local: LocalWorld;
  let gateway: TestGateway;
  let organizations: Organizations;

  beforeAll(async () => {
    local = await LocalWorld.open({ acme: LOCAL });
    gateway = await local.world.startGateway();
    const address = { url: gateway.url, allowHttpIdp: false };
    organizations = new Organizations(local.world.db.database.organizations, address);
  });
  afterAll(() => local?.close());

  const owner = async ({ userId }: { userId: string }) => ({
    organization: (await organizations.byName('acme'))!,
    userId,
    session: sha256('session'),
    traceId: 'trace',
  });
  const appOf = (secret: string) => {
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    return (offset = 0) => totp.generate({ timestamp: local.world.now.getTime() + offset * 30_000 });
  };

  it('an authenticator app counts once a code of it was shown, and gives ten recovery codes (security.md 40, 41)', async () => {
    const who = await local.person();
    const by = await owner(who);
    const { secondFactors } = gateway;
    const first = await secondFactors.enrolTotp(by);
    const second = await secondFactors.enrolTotp(by);
    expect(second?.uri).toMatch(
      /^otpauth:\/\/totp\/Acme%20Corp:user\d+%40acme\.com\?issuer=Acme%20Corp&secret=[A-Z2-7]{32}&/,
    );
    expect(await secondFactors.confirmTotp(by, appOf(first!.secret)())).toBeUndefined();
    expect((await local.signIn(gateway.browser(), who.email)).headers.get('location')).toBe('/');
    const codes = await secondFactors.confirmTotp(by, appOf(second!.secret)());
    expect(codes).toHaveLength(10);
    expect(await secondFactors.state(by)).toEqual({ possible: true, totp: true, recoveryCodes: 10, required: false });
    expect(await secondFactors.enrolTotp(by)).toBeUndefined();
    expect((await local.signIn(gateway.browser(), who.email)).headers.get('location')).toContain('second-factor');
    const stored = JSON.stringify(
      await local.world.sql(
        'select totp_secret, code_hash from local_accounts left join recovery_codes using (user_id)',
      ),
    );
    for (const secret of [second!.secret, ...codes!]) expect(stored).not.toContain(secret);
    expect(await local.mails('second-factor-changed')).toMatchObject([{ to: who.email, data: { what: 'enrolled' } }]);
  });

  it('is removed by who has it, and not by a session alone (security.md 42)', async () => {
    const who = await local.person();
    const by = await owner(who);
    const { secondFactors } = gateway;
    const app = appOf((await secondFactors.enrolTotp(by))!.secret);
    const [recovery = ''] = (await secondFactors.confirmTotp(by, app()))!;
    for (const wrong of ['', undefined, '000000', app(), 'AAAA-AAAA-AAAA-AAAA'])
      expect(await secondFactors.remove(by, wrong)).toBe(false);
    expect(await secondFactors.newRecoveryCodes(by, 'wrong')).toBeUndefined();
    const anew = await secondFactors.newRecoveryCodes(by, recovery);
    expect(anew).toHaveLength(10);
    expect(await secondFactors.remove(by, recovery)).toBe(false);
    expect(await secondFactors.remove(by, app(1))).toBe(true);
    expect(await secondFactors.state(by)).toMatchObject({ totp: false, recoveryCodes: 0 });
    const types = (await local.world.audit('acme')).slice(-3).map(({ type, data }) => [type, data]);
    expect(types).toEqual([
      ['second_factor.enrolled', { factor: 'totp' }],
      ['second_factor.enrolled', { factor: 'recovery_code' }],
      ['second_factor.removed', { factor: 'totp' }],
    ]);
  });

  it('needs a password: nobody else is asked for a second factor', async () => {
    const by = await owner(await local.user());
    expect(await gateway.secondFactors.state(by)).toMatchObject({ possible: false });
    expect(await gateway.secondFactors.enrolTotp(by)).toBeUndefined();
    expect(await gateway.secondFactors.confirmTotp(by, '000000')).toBeUndefined();
  });

  it('a password is changed by who knows the present one; other sessions end, and the user is told (security.md 36)', async () => {
    const who = await local.person();
    const [here, elsewhere] = [gateway.browser(), gateway.browser()];
    for (const browser of [here, elsewhere]) await local.signIn(browser, who.email);
    const token = Buffer.from(here.cookies.get('__Host-rolecall_session') ?? '', 'base64url').subarray(16);
    const wish = { ...(await owner(who)), current: PASSWORD, wanted: OTHER, session: sha256(token), ip: '192.0.2.1' };
    const change = (more: object) => gateway.passwords.change({ ...wish, ...more });
    expect(await change({ current: 'wrong' })).toBe('sign_in_failed');
    expect(await change({ wanted: 'short' })).toBe('password_too_short');
    expect(await change({})).toBe('changed');
    expect([(await here.get('/session')).status, (await elsewhere.get('/session')).status]).toEqual([200, 401]);
    expect(await local.mails('password-changed')).toMatchObject([{ to: who.email }]);
    expect((await local.signIn(gateway.browser(), who.email, OTHER)).status).toBe(303);
  });
});
