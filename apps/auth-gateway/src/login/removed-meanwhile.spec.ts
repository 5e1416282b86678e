import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA, TestWorld } from '../testing/test-world.ts';

describe('between the answer and its end', () => {
  let world: TestWorld;
  let gateway: TestGateway;
  const off = { type: 'saml', metadata: { xml: '' }, enabled: false } as const;

  beforeAll(async () => {
    world = await TestWorld.open({ one: BETA, two: BETA, three: BETA });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const answered = async (organization: string) => {
    const browser = gateway.browser();
    const posted = await browser.answer(
      world.idp,
      `/saml/${organization}/okta/login`,
      world.person(`eve@${organization}.example`),
    );
    expect(posted.status).toBe(303);
    return { browser, next: posted.headers.get('location') ?? '' };
  };
  const nobody = async (organization: string) =>
    expect(await world.sql('select * from users where org_id = $1', [world.idOf(organization)])).toEqual([]);

  it('an identity provider that is switched off signs nobody in', async () => {
    const { browser, next } = await answered('one');
    await world.change('one', { ...BETA, identityProviders: { okta: off } });
    const refused = await browser.get(next);
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    expect(await world.flowOn('one', await refused.text())).toMatchObject({ code: 'idp_disabled' });
    await nobody('one');
  });

  it('an identity provider that is removed signs nobody in', async () => {
    const { browser, next } = await answered('two');
    await world.change('two', { ...BETA, identityProviders: { other: off } });
    const refused = await browser.get(next);
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([404, []]);
    await nobody('two');
  });

  it('an organization that is removed signs nobody in', async () => {
    const { browser, next } = await answered('three');
    await world.sql('delete from organizations where org_id = $1', [world.idOf('three')]);
    const refused = await browser.get(next);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect((await browser.get('/session')).status).toBe(401);
    await nobody('three');
  });
});
