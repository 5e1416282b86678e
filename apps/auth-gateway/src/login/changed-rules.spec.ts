import { HeldLock } from '../testing/held-lock.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

describe('an apply in the middle of a login', () => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await TestWorld.open({ acme: ACME });
  });
  afterAll(() => world?.close());

  it('makes the login decide anew, so that nobody keeps a grant of rules that are gone', async () => {
    const gateway = await world.startGateway();
    const browser = gateway.browser();
    const posted = await browser.answer(
      world.idp,
      '/saml/acme/okta/login',
      world.person('eve@acme.com', { role_mapping: 'engineering' }),
    );

    const lock = await HeldLock.on('users', world.db.ownerUrl);
    const entering = browser.get(posted.headers.get('location') ?? '');
    await lock.blocked(); // the login has read the first revision, and decided
    const mappingRoles = { engineering: { grants: { 'account/main': ['member'] } } };
    await world.change('acme', { ...ACME, authorization: { mappingRoles } });
    await lock.release();

    expect((await entering).status).toBe(303);
    expect(await (await browser.get('/session')).json()).toMatchObject({
      grants: { 'account/main': ['member'] },
      groups: [],
    });
    const succeeded = (await world.audit('acme')).filter(({ type }) => type === 'login.succeeded');
    expect(succeeded.map(({ data }) => data['revision'])).toEqual([2]);
  });
});
