import type { CheckedDomain } from '@rolecall/persistence';
import type { TestGateway } from '../testing/test-gateway.ts';
import { BETA, TestWorld } from '../testing/test-world.ts';

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const provider = { type: 'saml', metadata: { xml: '' } } as const;
const SPEC = {
  ...BETA,
  emailDomains: { 'kite.example': { verification: 'dns' }, 'vouched.example': { verification: 'asserted' } },
  identityProviders: { okta: provider, google: provider },
} as const;

describe('an e-mail domain that waits for its proof', () => {
  let world: TestWorld;
  let gateway: TestGateway;

  beforeAll(async () => {
    world = await TestWorld.open({ kite: SPEC });
    gateway = await world.startGateway();
  });
  afterAll(() => world?.close());

  const signIn = (nameId: string, email: string, idp = 'okta') => {
    const person = { ...world.person(nameId, { email }), nameIdFormat: PERSISTENT };
    return gateway.browser().signIn(world.idp, `/saml/kite/${idp}/login`, person);
  };
  const codeOf = async (answer: Response) => (await world.flowOn('kite', await answer.text()))?.code;
  const foundBy = async (email: string) =>
    (await gateway.browser().submit('/login', { identifier: email })).headers.get('location');
  const users = (email: string) => world.sql('select user_id from users where email = $1', [email]);

  /** What a look at DNS found. */
  const found = async (isThere: boolean) => {
    const { domains } = world.db.database;
    const organizationId = world.idOf('kite');
    const { token = '' } = (await domains.find(organizationId, 'kite.example')) ?? {};
    const at = {
      organizationId,
      domain: 'kite.example',
      token,
      actor: { kind: 'system', id: 'test' } as const,
      now: world.now,
    };
    const judged: CheckedDomain = {
      verifiedAt: isThere ? world.now : undefined,
      failingSince: undefined,
      error: isThere ? undefined : 'record_missing',
      dueAt: world.now,
      event: undefined,
    };
    await domains.record(at, () => judged);
  };
  /** The gateway hears of it by a notification, which takes a moment. */
  const until = async (wanted: string | null) => {
    for (let left = 2_000; left > 0 && (await foundBy('x@kite.example')) !== wanted; left--) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await foundBy('x@kite.example')).toBe(wanted);
  };

  it('leads nobody to the organization', async () => {
    expect(await foundBy('eve@kite.example')).toBe('/login?error=unknown_organization');
    expect(await foundBy('eve@vouched.example')).toBe('/login/kite');
  });

  it('creates nobody', async () => {
    expect(await codeOf(await signIn('eve', 'eve@kite.example'))).toBe('email_domain_not_allowed');
    expect(await users('eve@kite.example')).toEqual([]);
    expect((await signIn('val', 'val@vouched.example')).status).toBe(303);
  });

  it('does all of it once it is proved', async () => {
    await found(true);
    await until('/login/kite');
    expect((await signIn('eve', 'eve@kite.example')).status).toBe(303);
    expect((await signIn('eve-at-google', 'eve@kite.example', 'google')).status).toBe(303);
    expect(await users('eve@kite.example')).toHaveLength(1);
    expect((await signIn('kim', 'kim@kite.example')).status).toBe(303);
  });

  it('links nobody and gives nobody an address when the proof is lost; who is known stays', async () => {
    await found(false);
    await until('/login?error=unknown_organization');
    expect(await codeOf(await signIn('kim-at-google', 'kim@kite.example', 'google'))).toBe('email_domain_not_allowed');
    expect(await codeOf(await signIn('val', 'val@kite.example'))).toBe('email_domain_not_allowed');
    expect((await signIn('kim', 'kim@kite.example')).status).toBe(303);
    expect(await world.sql('select count(*)::int as n from sessions')).toEqual([{ n: 5 }]);
  });

  it('keeps sessions that are open', async () => {
    const browser = gateway.browser();
    const kim = { ...world.person('kim', { email: 'kim@kite.example' }), nameIdFormat: PERSISTENT };
    await browser.signIn(world.idp, '/saml/kite/okta/login', kim);
    expect((await browser.get('/session')).status).toBe(200);
  });
});

describe('an organization whose only domain waits', () => {
  it('is not one that takes any address', async () => {
    const world = await TestWorld.open({
      kite: { ...BETA, emailDomains: { 'kite.example': { verification: 'dns' } } },
    });
    const gateway = await world.startGateway();
    try {
      const person = { ...world.person('eve', { email: 'eve@anywhere.example' }), nameIdFormat: PERSISTENT };
      expect((await gateway.browser().signIn(world.idp, '/saml/kite/okta/login', person)).status).toBe(403);
      const without = { ...world.person('nobody'), nameIdFormat: PERSISTENT };
      expect((await gateway.browser().signIn(world.idp, '/saml/kite/okta/login', without)).status).toBe(403);
    } finally {
      await world.close();
    }
  });
});
