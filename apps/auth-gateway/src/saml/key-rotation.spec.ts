import type { RequestListener } from 'node:http';
import { createLogger, GuardedFetch, MetadataRefresh, MetadataSource, Metrics } from '@rolecall/platform';
import type { SigningKey } from '@rolecall/saml';
import { TEST_EC_KEY, TEST_IDP_KEY, TEST_OTHER_KEY, TestIdp, TestMetadataHost } from '@rolecall/saml/testing';
import type { TestGateway } from '../testing/test-gateway.ts';
import { ACME, TestWorld } from '../testing/test-world.ts';

const at = { entityId: 'https://idp.example/saml', ssoUrl: 'https://idp.example/sso' };
/** The IdP before and after it signs with its second key. */
const before = new TestIdp({ ...at, key: TEST_IDP_KEY });
const after = new TestIdp({ ...at, key: TEST_OTHER_KEY });
const publishing = (...keys: readonly SigningKey[]) => world.idp.metadata(keys);

let host: TestMetadataHost;
let world: TestWorld;
let gateway: TestGateway;

beforeAll(async () => {
  host = await TestMetadataHost.start();
});
beforeEach(async () => {
  const okta = { type: 'saml', metadata: { url: `${host.origin}/okta` } } as const;
  world = await TestWorld.open({ acme: { ...ACME, identityProviders: { okta } } });
  host.serves = publishing(TEST_IDP_KEY);
  host.asked.length = 0;
  gateway = await startGateway();
});
afterEach(() => world?.close());
afterAll(() => host?.stop());

const startGateway = () => world.startGateway({ outboundAllow: [host.origin] });

/** Status of the ACS after one login through a gateway; 303 = the response was accepted. */
async function login(idp: TestIdp, through = gateway): Promise<number> {
  const person = world.person('eve@acme.com', { role_mapping: 'engineering' });
  return (await through.browser().answer(idp, '/saml/acme/okta/login', person)).status;
}

const logins = (idp: TestIdp, count: number, ...through: readonly TestGateway[]) =>
  Promise.all(Array.from({ length: count }, (_, index) => login(idp, through[index % through.length])));

const accepted = (count: number) => Array.from({ length: count }, () => 303);

const silent = createLogger({ app: 'test', level: 'silent' }, { write: () => undefined });

/** What the admin API does: refreshes by itself, and what an administrator asks for. */
function adminApi(): MetadataRefresh {
  const source = new MetadataSource(new GuardedFetch({ allowedOrigins: [host.origin] }), [host.origin]);
  return new MetadataRefresh(world.db.database.metadata, source, () => world.now, silent, new Metrics('test'));
}

async function refreshAllDue(): Promise<void> {
  for (const claim of await world.db.database.metadata.claimDue(world.now, 100)) await adminApi().run(claim);
}

const inUse = async () => (await world.db.database.metadata.states(world.idOf('acme')))[0];

describe('an identity provider that replaces its key in the middle of logins', () => {
  it('fails none of them: a second key, then signing with it, then without the first', async () => {
    const other = await startGateway();
    expect(await logins(before, 6, gateway, other)).toEqual(accepted(6));
    host.serves = publishing(TEST_IDP_KEY, TEST_OTHER_KEY);
    expect(await logins(before, 6, gateway, other)).toEqual(accepted(6));
    expect(await logins(after, 12, gateway, other)).toEqual(accepted(12));
    expect(host.asked).toHaveLength(1);
    expect(await logins(before, 4, gateway, other)).toEqual(accepted(4));
    host.serves = publishing(TEST_OTHER_KEY);
    world.pass(24 * 60);
    await refreshAllDue();
    expect(await logins(after, 6, gateway, other)).toEqual(accepted(6));
    expect((await inUse())?.metadataXml).toBe(publishing(TEST_OTHER_KEY));
  });

  it('fails none while another replica is fetching', async () => {
    const other = await startGateway();
    let release = () => {};
    const asked = new Promise<void>((resolve) => {
      host.serves = (_request, response) => {
        release = () => void response.end(publishing(TEST_IDP_KEY, TEST_OTHER_KEY));
        resolve();
      };
    });
    const first = login(after, gateway);
    await asked;
    const second = login(after, other);
    // the other one asks the database whether somebody fetches, and waits for that
    await world.until(async () => (await world.sql(WAITING)).length > 0);
    release();
    expect(await Promise.all([first, second])).toEqual([303, 303]);
    expect(host.asked).toHaveLength(1);
  });
});

/** A statement that only a gateway which waits for another one sends. */
const WAITING = `select from pg_stat_activity
  where datname = current_database() and application_name = 'auth-gateway' and query like 'select claimed_until from%'`;

describe('a response that is signed by a key which the metadata does not hold', () => {
  const attacker = new TestIdp({ ...at, key: TEST_EC_KEY });
  const forged = () => login(new TestIdp({ ...at, key: { ...TEST_IDP_KEY, privateKey: TEST_OTHER_KEY.privateKey } }));

  it('is refused, and makes us fetch once in five minutes, however many there are', async () => {
    expect(await logins(attacker, 5, gateway)).toEqual([400, 400, 400, 400, 400]);
    for (let count = 0; count < 40; count++) expect(await forged()).toBe(400);
    expect(host.asked).toHaveLength(1);
    world.pass(4);
    expect(await forged()).toBe(400);
    expect(host.asked).toHaveLength(1);
    world.pass(2);
    expect(await forged()).toBe(400);
    expect(host.asked).toHaveLength(2);
    expect(await login(before)).toBe(303);
  });

  it('is refused after all keys were replaced, until an administrator accepts them', async () => {
    host.serves = publishing(TEST_OTHER_KEY);
    expect(await login(after)).toBe(400);
    expect(await login(before)).toBe(303);
    const { held } = (await inUse()) ?? {};
    expect(held).toMatchObject({ code: 'metadata_all_keys_replaced' });
    const okta = { organizationId: world.idOf('acme'), identityProvider: 'okta' };
    expect(await adminApi().accept(okta, held?.digest ?? '', { kind: 'token', id: '1' })).toBeUndefined();
    // the notice may take a moment to reach the gateway; the unknown key makes it look at once
    expect(await login(after)).toBe(303);
    expect(await login(before)).toBe(400);
  });

  it.each<[string, RequestListener]>([
    ['redirects', (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
    ['sends a megabyte and more', (_request, response) => void response.end('x'.repeat(1_100_000))],
    ['sends a document type', (_request, response) => void response.end(`<!DOCTYPE a>${publishing(TEST_EC_KEY)}`)],
    ['says nothing', () => undefined],
  ])('changes nothing when the metadata host %s', async (_what, serves) => {
    host.serves = serves;
    expect(await login(attacker)).toBe(400);
    expect(await login(before)).toBe(303);
    expect((await inUse())?.metadataXml).toBe(publishing(TEST_IDP_KEY));
  });
});

describe('a metadata host that is down', () => {
  const DOWN: RequestListener = (request) => void request.destroy();

  it('stops no login for 24 hours, with the keys that were good last', async () => {
    host.serves = DOWN;
    for (let hour = 0; hour < 24; hour++) {
      world.pass(60);
      await refreshAllDue();
      expect(await login(before)).toBe(303);
    }
    expect((await inUse())?.refresh).toMatchObject({
      errorCode: 'outbound_unreachable',
      succeededAt: expect.any(Date),
    });
    expect((await inUse())?.refresh?.failures).toBeGreaterThan(3);
  });

  it('stops logins when the metadata itself says that it has ended, and no longer than the host is down', async () => {
    const until = (end: Date) =>
      publishing(TEST_IDP_KEY).replace('entityID=', `validUntil="${end.toISOString()}" entityID=`);
    const hours = (count: number) => new Date(world.now.getTime() + count * 3_600_000);
    host.serves = until(hours(24 + 12));
    world.pass(24 * 60);
    await refreshAllDue();
    host.serves = DOWN;
    world.pass(11 * 60);
    await refreshAllDue();
    expect(await login(before)).toBe(303);
    world.pass(61);
    await refreshAllDue();
    const refused = await gateway.browser().get('/saml/acme/okta/login');
    expect([refused.status, (await world.flowOn('acme', await refused.text()))?.code]).toEqual([
      400,
      'metadata_expired',
    ]);
    host.serves = until(hours(48));
    world.pass(24 * 60);
    await refreshAllDue();
    await world.until(async () => (await gateway.browser().get('/saml/acme/okta/login')).status === 302);
    expect(await login(before)).toBe(303);
  });
});
