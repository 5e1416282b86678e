import { connected, document, later, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import type { DirectoryRequest, DirectoryRequestFilter, DirectoryRequestLog } from '../stores.ts';
import * as sql from './request-statements.ts';

const test = useTestDatabase();
let log: DirectoryRequestLog;
let acme: string;
let globex: string;

const request = (organizationId: string, requestId: string, second: number, more: Partial<DirectoryRequest> = {}) => ({
  organizationId,
  requestId,
  at: later(second),
  tokenName: 'okta',
  method: 'PATCH',
  route: '/Users/:id',
  status: 200,
  scimType: undefined,
  outcome: 'applied' as const,
  quirks: [],
  resourceType: 'User',
  resourceId: 'user-1',
  attributes: ['active', 'name.givenName'],
  detail: undefined,
  hint: undefined,
  payload: { Operations: [{ op: 'replace', path: 'active', value: 'boolean' }] },
  milliseconds: 3,
  ...more,
});

const refused = {
  status: 409,
  scimType: 'uniqueness',
  outcome: 'refused' as const,
  detail: 'userName is taken',
  hint: 'give it another one',
  resourceId: undefined,
};

beforeAll(async () => {
  const { database } = test.current;
  log = database.directoryRequests;
  [acme, globex] = [
    (await seedOrganization(database, document('acme'), { metadataXml: '<x/>' })).id,
    (await seedOrganization(database, document('globex'), { metadataXml: '<x/>' })).id,
  ];
  await log.append([
    request(acme, 'a', 1),
    request(globex, 'g', 2),
    request(acme, 'b', 2, refused),
    request(acme, 'c', 2, { status: 503, outcome: 'failed' }), // in the same moment as b
    request(acme, 'd', 4, { quirks: ['path-less-value', 'text-boolean'], tokenName: 'entra', outcome: 'no-op' }),
    request(acme, 'e', 5, { method: 'GET', outcome: 'read', resourceId: 'user-2' }),
  ]);
});

const list = (filter: Partial<DirectoryRequestFilter> = {}) => log.list(acme, { limit: 10, ...filter });
const ids = async (filter: Partial<DirectoryRequestFilter>) =>
  (await list(filter)).requests.map(({ requestId }) => requestId).join('');

it.each<[string, Partial<DirectoryRequestFilter>, string]>([
  ['all', {}, 'edcba'],
  ['the refused and failed', { outcomes: ['refused', 'failed'] }, 'cb'],
  ['the failed', { outcomes: ['failed'] }, 'c'],
  ['those that changed something', { outcomes: ['applied'] }, 'a'],
  ['those since a time', { since: later(4) }, 'ed'],
  ['those of a status', { statusClass: 4 }, 'b'],
  ['those of a token', { tokenName: 'entra' }, 'd'],
  ['those of a quirk', { quirk: 'text-boolean' }, 'd'],
  ['those of a resource', { resourceId: 'user-1' }, 'dca'],
  ['the failed ones of a resource', { resourceId: 'user-1', outcomes: ['failed'] }, 'c'],
  ['those of nobody', { resourceId: "'; drop table users" }, ''],
])('lists %s of one organization, the newest first', async (_, filter, expected) => {
  expect(await ids(filter)).toBe(expected);
});

it.each<[string, Partial<DirectoryRequestFilter>]>([
  ['all', {}],
  ['the refused', { outcomes: ['refused', 'failed'] }],
  ['those of a resource', { resourceId: 'user-1' }],
])('pages through %s, each once, also those of the same moment', async (_, filter) => {
  let seen = '';
  let cursor: DirectoryRequestFilter['cursor'];
  do {
    const page = await list({ ...filter, cursor, limit: 1 });
    seen += page.requests.map(({ requestId }) => requestId).join('');
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(seen).toBe(await ids(filter));
});

it('shows one with its payload, in its own organization only', async () => {
  const { organizationId: _, ...expected } = request(acme, 'b', 2, refused);
  expect(await log.find(acme, 'b')).toEqual(expected);
  expect(await log.find(acme, 'g')).toBeUndefined();
  expect(await log.find(acme, 'nowhere')).toBeUndefined();
  const { payload: _payload, ...summary } = expected;
  expect((await list({ outcomes: ['refused'] })).requests).toEqual([summary]);
});

it('writes one once, however often it is told', async () => {
  await log.append([request(acme, 'a', 1), request(acme, 'a', 9, { status: 500 })]);
  expect(await log.find(acme, 'a')).toMatchObject({ at: later(1), status: 200 });
  await log.append([]);
});

it('writes what a client chose without letting it spoil the others', async () => {
  const long = 'x'.repeat(9000);
  await log.append([
    request(globex, 'evil', 10, {
      resourceId: `\0${long}`,
      route: '\uD800',
      attributes: [long, ...Array.from({ length: 500 }, () => 'a')],
      detail: `${long}\0`,
      payload: { ['\0\uDFFF']: '\0\uD800', 'back\\u0000slash': 1, pair: '😀', end: '\\\0' },
    }),
    request(globex, 'large', 10, { payload: { a: long, b: long } }),
    request(globex, 'harmless', 10),
  ]);
  const evil = await log.find(globex, 'evil');
  expect(evil?.resourceId).toHaveLength(128);
  expect(evil?.attributes).toHaveLength(50);
  expect(evil?.payload).toEqual({
    ['\uFFFD\uFFFD']: '\uFFFD\uFFFD',
    'back\\u0000slash': 1,
    pair: '😀',
    end: '\\\uFFFD',
  });
  expect((await log.find(globex, 'large'))?.payload).toEqual({ cut: '18015 characters' });
  expect(await log.find(globex, 'harmless')).toBeDefined();
});

it('keeps nothing of an organization that is gone, whenever it is told', async () => {
  const { database, ownerUrl } = test.current;
  const gone = (await seedOrganization(database, document('gone'), { metadataXml: '<x/>' })).id;
  await log.append([request(gone, 'before', 1)]);
  await database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', (state) => state.delete(gone));
  await log.append([request(gone, 'after', 2), request(globex, 'beside', 2)]);
  const left = await connected(ownerUrl, async (owner) => {
    await owner.query(`begin; select set_config('rolecall.organization_id', '${gone}', true)`);
    return (await owner.query('select from directory_requests where org_id = $1', [gone])).rowCount;
  });
  expect(left).toBe(0);
  expect(await log.find(globex, 'beside')).toBeDefined();
});

it('forgets what is older than 30 days', async () => {
  await log.append([request(acme, 'old', -86_400 * 30 - 1), request(acme, 'young', -86_400 * 30)]);
  expect(await test.current.database.purgeExpired(NOW)).toMatchObject({ requests: 1 });
  expect(await log.find(acme, 'old')).toBeUndefined();
  expect(await log.find(acme, 'young')).toBeDefined();
});

it.each([
  ['all', sql.LIST_REQUESTS, 'directory_requests_pkey', ''],
  ['the refused', sql.LIST_REFUSED_REQUESTS, 'directory_requests_refused', ''],
  ['those of a resource', sql.LIST_REQUESTS_OF_RESOURCE, 'directory_requests_resource', ", 'user-1'"],
])('reads a page of %s out of an index, whatever else is there', async (_, { text }, index, more) => {
  const others = Array.from({ length: 300 }, (_other, n) => request(globex, `o${n}`, n, { resourceId: `user-${n}` }));
  await log.append(others);
  const plan = await connected(test.current.ownerUrl, async (owner) => {
    await owner.query(`analyze directory_requests; begin; set local enable_seqscan = off; set local enable_bitmapscan = off;
      set local plan_cache_mode = force_generic_plan`);
    const types = `uuid, timestamptz, text, timestamptz, text[], int, text, text, int${more && ', text'}`;
    await owner.query(`prepare listing (${types}) as ${text}`);
    const values = `'${acme}', 'infinity', '', '-infinity', null, null, null, null, 10${more}`;
    const { rows } = await owner.query<Record<string, string>>(`explain execute listing (${values})`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(new RegExp(`Index Scan Backward using ${index} `));
});
