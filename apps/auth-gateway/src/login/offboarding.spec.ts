import type { TestBrowser } from '../testing/test-browser.ts';
import { TestDirectory } from '../testing/test-directory.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

const LOGIN = '/saml/acme/okta/login';
const EMAIL = 'eve@acme.com';
const EVE = { userName: EMAIL, email: EMAIL, externalId: '00uEVE', facts: { role_mapping: 'engineering' } };

/** From the first day to the last, and back: at two gateways on one database. */
describe('somebody whom the directory manages', () => {
  let world: TestWorld;
  let directory: TestDirectory;
  let gateways: readonly [TestGateway, TestGateway];

  beforeEach(async () => {
    world = await TestWorld.open({ acme: { ...ACME, scim: { tokens: { okta: {} } }, jit: { enabled: false } } });
    directory = new TestDirectory(world, 'acme');
    gateways = [await world.startGateway(), await world.startGateway()];
  });
  afterEach(() => world?.close());

  const enter = async (browser = gateways[0].browser()): Promise<{ browser: TestBrowser; answer: Response }> => {
    const answer = await browser.signIn(world.idp, LOGIN, world.person(EMAIL));
    return { browser, answer };
  };
  const atBoth = (browser: TestBrowser) =>
    Promise.all(
      gateways.map(async ({ address }) => {
        const answer = await browser.at(address).get('/session');
        return answer.status === 200 ? ((await answer.json()) as { grants: object }).grants : answer.status;
      }),
    );
  const statusOf = async (id: string) => (await world.sql('select status from users where user_id = $1', [id]))[0];

  it('is invited, active, changed at once, signed out everywhere at once, refused, and back under the same id (security.md 6)', async () => {
    const id = await directory.create({ ...EVE, roles: ['member'] });
    expect(await statusOf(id)).toEqual({ status: 'invited' });
    const { browser } = await enter();
    const other = await enter(gateways[1].browser());
    expect(await statusOf(id)).toEqual({ status: 'active' });
    expect(await atBoth(browser)).toEqual(Array(2).fill({ 'account/main': ['member'] }));

    await directory.replace(id, { ...EVE, roles: ['campaign-creator'] });
    expect(await atBoth(browser)).toEqual(Array(2).fill({ 'account/main': ['campaign-creator'] }));

    await directory.replace(id, { ...EVE, active: false, roles: ['campaign-creator'] });
    expect([...(await atBoth(browser)), ...(await atBoth(other.browser))]).toEqual([401, 401, 401, 401]);
    expect(await directory.receipts()).toMatchObject([
      { userId: id, by: 'okta', cause: 'deactivated', sessionsEnded: 2, identities: 1, grants: 1 },
    ]);
    const refused = await enter();
    expect((await world.flowOn('acme', await refused.answer.text()))?.code).toBe('user_deactivated');

    world.pass(1);
    await directory.replace(id, { ...EVE, roles: ['campaign-creator'] });
    expect(await statusOf(id)).toEqual({ status: 'active' });
    expect(await atBoth(browser)).toEqual([401, 401]);
    const back = await enter();
    expect(await (await back.browser.get('/session')).json()).toMatchObject({
      user: { id },
      grants: { 'account/main': ['campaign-creator'] },
    });
  });

  it('has no session left of a sign-in that ran while the directory deactivated them', async () => {
    const id = await directory.create({ ...EVE, roles: ['member'] });
    await enter();
    const logins = gateways.flatMap((gateway) => [1, 2, 3].map(() => enter(gateway.browser())));
    await directory.replace(id, { ...EVE, active: false });
    await Promise.all(logins);
    expect(await world.sql('select * from sessions')).toEqual([]);
  });
});
