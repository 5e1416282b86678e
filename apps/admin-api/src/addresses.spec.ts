import { fromWire, verifyChain } from '@rolecall/audit';
import type { WireEvent } from '@rolecall/audit';
import pg from 'pg';
import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

interface Page extends ErrorBody {
  readonly events: readonly WireEvent[];
}

const FORWARDED = { 'x-forwarded-for': '203.0.113.66, 2001:DB8:0:0::7' };
const ORGANIZATION = '/v1/organizations/acme';

async function started(environment: Readonly<Record<string, string>>): Promise<TestApi> {
  const api = await startTestApi(environment);
  await api.client.apply(requestOf([organization('acme', { scim: { tokens: { okta: {} } } })]));
  return api;
}

/** What writes, and is recorded: a change past git, a token of the directory, an export. */
async function writeAll({ client }: TestApi, headers: object): Promise<void> {
  const change = { patch: { spec: { login: { session: { idle: '5m' } } } }, baseRevision: 1 };
  expect((await client.call('PATCH', ORGANIZATION, change, headers)).status).toBe(200);
  const token = { name: 'okta' };
  expect((await client.call('POST', `${ORGANIZATION}/directory/tokens`, token, headers)).status).toBe(200);
  await client.call('GET', `${ORGANIZATION}/audit?export=true`, undefined, headers);
}

async function list({ client }: TestApi, query = ''): Promise<readonly WireEvent[]> {
  const { status, json } = await client.call<Page>('GET', `${ORGANIZATION}/audit${query}`);
  expect([status, mistakes('AuditPage', json)]).toEqual([200, []]);
  return json.events;
}

const told = (events: readonly WireEvent[]) => events.map(({ type, client }) => [type, client?.address]);

describe('audit events of the admin API say where the request came from (security.md 49)', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await started({ ROLECALL_TRUSTED_PROXIES: '127.0.0.1' });
    await writeAll(api, FORWARDED);
  });
  afterAll(() => api?.close());

  it('as a trusted proxy tells it, with what it takes to verify that', async () => {
    const events = await list(api);
    expect(told(events)).toEqual([
      ['organization.created', '127.0.0.1'],
      ['organization.updated', '2001:db8::7'],
      ['directory.token_issued', '2001:db8::7'],
      ['audit.exported', '2001:db8::7'],
    ]);
    const chain = await verifyChain(events.map(fromWire));
    expect(chain).toMatchObject({ ok: true, clients: { proved: 4, erased: 0 } });
  });

  it('finds them by it, and keeps the address that was asked for out of the log', async () => {
    const found = await list(api, '?address=2001:DB8::0:7&type=organization.updated');
    expect(found.map(({ seq }) => seq)).toEqual([2]);
    expect(await list(api, '?address=203.0.113.66')).toEqual([]);
    await list(api, '?address=127.0.0.1&export=true');
    expect((await list(api)).at(-1)).toMatchObject({ type: 'audit.exported', data: { byAddress: true } });
    for (const address of ['unknown', '192.0.2.0/24', '192.0.2.7&address=192.0.2.8']) {
      const { status, json } = await api.client.call<Page>('GET', `${ORGANIZATION}/audit?address=${address}`);
      expect([status, json.error.code]).toEqual([400, 'invalid_request']);
    }
  });

  it('shows as erased what was erased, and nothing as wrong', async () => {
    const { database, ownerUrl } = api.database;
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await owner.query('update audit_address_days set days = 0');
    await owner.end();
    const afterwards = new Date(Date.now() + 90 * 86_400_000);
    await database.purgeExpired(afterwards);
    const events = await list(api);
    expect(events.map(({ client }) => client)).toEqual(events.map(() => null));
    const { length: erased } = events.filter(({ origin }) => /^[0-9a-f]{64}$/.test(origin ?? ''));
    expect(await verifyChain(events.map(fromWire))).toMatchObject({ ok: true, clients: { proved: 0, erased } });
    expect(erased).toBe(events.length);
  });
});

it('believes X-Forwarded-For of nobody else (security.md 33, 49)', async () => {
  const api = await started({});
  try {
    await writeAll(api, FORWARDED);
    for (const { client } of await list(api)) expect(client?.address).toBe('127.0.0.1');
  } finally {
    await api.close();
  }
});

it('records no address where none is to be kept', async () => {
  const api = await started({ ROLECALL_AUDIT_ADDRESS_DAYS: '0' });
  try {
    await writeAll(api, {});
    const events = await list(api);
    expect(events.map(({ origin, client }) => [origin, client])).toEqual(events.map(() => [null, null]));
  } finally {
    await api.close();
  }
});
