import { fromWire, verifyChain } from '@rolecall/audit';
import type { AuditEvent, WireEvent } from '@rolecall/audit';
import { DEPLOYMENT } from '@rolecall/persistence';
import { compactVerify, createRemoteJWKSet } from 'jose';
import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

interface Page extends ErrorBody {
  readonly events: readonly WireEvent[];
  readonly nextAfter: number | null;
}
interface Head {
  readonly organization: string | null;
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly jws: string;
}

const AT = new Date('2026-11-22T10:00:00.000Z');
const minutes = (count: number) => new Date(AT.getTime() + count * 60_000);

let api: TestApi;
let acme: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.client.apply(requestOf([organization('acme'), organization('globex')]));
  const { database } = api.database;
  acme = (await database.registry.record('acme'))?.organizationId ?? '';
  const event = (n: number, type: AuditEvent['type'], subject: string): AuditEvent => ({
    type,
    at: minutes(n),
    actor: { kind: 'user', id: `user-${n % 3}` },
    subject,
    data: { identityProvider: 'okta' },
  });
  const events = Array.from({ length: 30 }, (_, n) =>
    event(n, n % 2 ? 'login.succeeded' : 'logout.refused', `s${n % 5}`),
  );
  await database.inOrganization(acme, (tx) => tx.audit(events));
});
afterAll(() => api?.close());

const list = (query = '', path = '/v1/organizations/acme/audit') => api.client.call<Page>('GET', path + query);

async function every(query = '', path?: string): Promise<WireEvent[]> {
  const events: WireEvent[] = [];
  for (let after: number | null = 0; after !== null;) {
    const { status, json } = await list(`?limit=7&after=${after}${query}`, path);
    expect([status, mistakes('AuditPage', json)]).toEqual([200, []]);
    events.push(...json.events);
    after = json.nextAfter;
  }
  return events;
}

it('lists a chain in order, page by page, so that anybody can verify it (security.md 48)', async () => {
  const events = await every();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(await verifyChain(events.map(fromWire))).toMatchObject({ ok: true, count: events.length });
});

it.each<[string, (event: WireEvent) => boolean]>([
  ['type=login.succeeded', ({ type }) => type === 'login.succeeded'],
  ['actor=user-1', ({ actor }) => actor.id === 'user-1'],
  ['subject=s3', ({ subject }) => subject === 's3'],
  [`since=${minutes(10).toISOString()}`, ({ at }) => at >= minutes(10).toISOString()],
  [`until=${minutes(10).toISOString()}`, ({ at }) => at <= minutes(10).toISOString()],
  [
    `since=${minutes(3).toISOString()}&until=${minutes(20).toISOString()}&actor=user-0&type=login.succeeded`,
    ({ at, actor, type }) =>
      at >= minutes(3).toISOString() &&
      at <= minutes(20).toISOString() &&
      actor.id === 'user-0' &&
      type === 'login.succeeded',
  ],
])('filters by %s', async (query, holds) => {
  const wanted = (await every()).filter(holds);
  expect(wanted.length).toBeGreaterThan(1);
  expect(await every(`&${query}`)).toEqual(wanted);
});

it.each([
  '?type=login',
  '?type=login.succeeded&type=login.refused',
  '?actor=',
  `?subject=${'x'.repeat(513)}`,
  '?since=yesterday',
  '?since=2026-13-01T00:00:00Z',
  '?after=-1',
  '?after=1e3',
  '?limit=1001',
  '?export=1',
  '?export=true&after=3',
  '?order=desc',
])('refuses %s', async (query) => {
  const { status, json } = await list(query);
  expect([status, json.error.code]).toEqual([400, 'invalid_request']);
});

it('says who exported it, and what (security.md 49)', async () => {
  const token = await api.token(['audit.read']);
  await api.client.with(token).call('GET', '/v1/organizations/acme/audit?export=true&type=login.refused');
  expect((await every()).at(-1)).toMatchObject({
    type: 'audit.exported',
    actor: { kind: 'token', id: token.split('_')[1] },
    data: { eventType: 'login.refused' },
  });
});

it('says who read much of it at once without calling it an export, once an hour and filter (security.md 49)', async () => {
  const { database } = api.database;
  const { organizationId } = (await database.registry.record('globex'))!;
  const event = (type: AuditEvent['type']) =>
    ({ type, at: AT, actor: { kind: 'user', id: 'u' }, subject: 's', data: {} }) as const;
  const token = await api.token(['audit.read']);
  const read = (query: string) => api.client.with(token).call('GET', `/v1/organizations/globex/audit?${query}`);
  const recorded = async () =>
    (await database.audit.list(organizationId, { type: 'audit.exported', after: 0, limit: 100 })).map(
      ({ data }) => data,
    );
  await database.inOrganization(organizationId, (tx) =>
    tx.audit(Array.from({ length: 98 }, () => event('logout.refused'))),
  );
  await read('limit=99');
  expect(await recorded()).toEqual([]);
  await database.inOrganization(organizationId, (tx) => tx.audit([event('logout.refused'), event('logout.refused')]));
  await read('limit=100&type=logout.refused');
  await read('limit=100&type=logout.refused');
  await read('limit=100&after=1');
  await read('limit=1000');
  expect(await recorded()).toEqual([{ eventType: 'logout.refused' }, {}]);
});

it('says who read much of it page by page, and not who looks at a page again (security.md 49)', async () => {
  const { database } = api.database;
  const { organizationId } = (await database.registry.record('globex'))!;
  const token = await api.token(['audit.read']);
  const read = (query: string) => api.client.with(token).call('GET', `/v1/organizations/globex/audit?${query}`);
  const recorded = () =>
    database.audit.list(organizationId, {
      type: 'audit.exported',
      actor: token.split('_')[1] ?? '',
      after: 0,
      limit: 9,
    });
  await read('limit=99');
  await read('limit=99');
  expect(await recorded()).toEqual([]);
  await read('limit=1&after=99');
  await read('limit=1&after=100');
  expect(await recorded()).toMatchObject([{ data: {} }]);
});

it('signs the end, so that one of another organization or an older one is no proof (security.md 48)', async () => {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', api.client.url));
  const { status, json } = await api.client.call<Head>('GET', '/v1/organizations/acme/audit/head');
  expect([status, mistakes('AuditHead', json)]).toEqual([200, []]);
  const { payload, protectedHeader } = await compactVerify(json.jws, keys);
  const { jws: _jws, ...head } = json;
  expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ ...head, organizationId: acme });
  expect(protectedHeader.typ).toBe('rolecall-audit-head+jwt');
  expect(await verifyChain((await every()).map(fromWire), head)).toMatchObject({ ok: true, head: { seq: head.seq } });
  const empty = await api.client.call<Head>('GET', '/v1/audit/head');
  expect(empty.json).toMatchObject({ organization: null, seq: 0, hash: '0'.repeat(64) });
});

it('has a log of the deployment, for whom no organization bounds', async () => {
  const event = {
    type: 'platform.updated',
    at: AT,
    actor: { kind: 'token', id: 't' },
    subject: DEPLOYMENT,
    data: {},
  } as const;
  await api.database.database.audit.append(DEPLOYMENT, event);
  expect((await every('', '/v1/audit')).map(({ type }) => type)).toEqual(['platform.updated']);
  const held = api.client.with(await api.token(['audit.read'], undefined, ['acme']));
  expect((await held.call<ErrorBody>('GET', '/v1/audit')).json.error.code).toBe('organizations_restricted');
  expect((await held.call('GET', '/v1/organizations/acme/audit')).status).toBe(200);
  expect((await held.call('GET', '/v1/organizations/globex/audit')).status).toBe(404);
});
