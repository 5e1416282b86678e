import {
  ENTERPRISE,
  ERROR,
  group,
  type Json,
  patchOp,
  TestServer,
  user,
  useTestServer,
} from './testing/test-server.ts';

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const bulk = (...operations: Json[]) => ({ schemas: [REQUEST], Operations: operations });
const post = (bulkId: string, data: Json, path = '/Users') => ({ method: 'POST', path, bulkId, data });

describe('bulk', () => {
  const server = useTestServer();
  const resultsOf = ({ json }: { json: Json }) => json['Operations'] as Json[];

  it('B2 resolves references that go in a circle', async () => {
    const { client } = await server.current.directory('circle');
    const managedBy = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } });
    const answer = await client.post(
      'Bulk',
      bulk(post('a', user('a@acme.com', managedBy('b'))), post('b', user('b@acme.com', managedBy('a')))),
    );
    expect(resultsOf(answer)).toMatchObject([
      { bulkId: 'a', status: '201' },
      { bulkId: 'b', status: '201' },
    ]);
    const [a, b] = (await client.get('Users?sortBy=userName')).json['Resources'] as Json[];
    expect((a![ENTERPRISE] as Json)['manager']).toMatchObject({ value: b!['id'] });
    expect((b![ENTERPRISE] as Json)['manager']).toMatchObject({ value: a!['id'] });
    const [shown] = resultsOf(answer);
    expect(shown!['version']).toBe((a!['meta'] as Json)['version']);
    expect(shown!['location']).toBe((a!['meta'] as Json)['location']);
  });

  it('B2 B3 says what a circle left unfinished when failOnErrors ends the request', async () => {
    const { client } = await server.current.directory('unfinished');
    const managedBy = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } });
    const answer = await client.post('Bulk', {
      ...bulk(
        post('a', user('a@acme.com', managedBy('b'))),
        post('b', user('', managedBy('a'))),
        post('c', user('c@acme.com')),
      ),
      failOnErrors: 1,
    });
    const unfinished = { status: '409', detail: expect.stringContaining('created, yet without') };
    const first = { bulkId: 'a', status: '409', location: expect.stringContaining('/Users/'), response: unfinished };
    expect(resultsOf(answer)).toMatchObject([first, { bulkId: 'b', status: '400' }, { bulkId: 'c', status: '201' }]);
    const [a] = (await client.get('Users?sortBy=userName')).json['Resources'] as Json[];
    expect(a).not.toHaveProperty([ENTERPRISE]);
  });

  it('B4 each operation stands by itself, and the log tells what was refused', async () => {
    const { client, organizationId } = await server.current.directory('atomic');
    const { json } = await client.post('Users', user('eve@acme.com'));
    const path = `/Users/${String(json['id'])}`;
    const operations = [
      { op: 'replace', path: 'title', value: 'Lead' },
      { op: 'remove', path: 'userName' },
    ];
    const answer = await client.post(
      'Bulk',
      bulk(
        { method: 'PATCH', path, data: patchOp(...operations) },
        { method: 'PATCH', path, data: patchOp(operations[0]!), version: 'W/"999"' },
        { method: 'PATCH', path, data: patchOp({ op: 'add', path: 'nickName', value: 'Ev' }) },
        post('g', group('g', [String(json['id'])]), '/Groups'),
        { method: 'DELETE', path },
      ),
    );
    expect(resultsOf(answer)).toMatchObject([
      { method: 'PATCH', status: '400', response: { schemas: [ERROR], status: '400', scimType: 'mutability' } },
      { status: '412' },
      { status: '200', version: expect.stringMatching(/^W\/"\d+"$/) },
      { status: '201' },
      { method: 'DELETE', status: '204' },
    ]);
    expect(resultsOf(answer)[2]).not.toHaveProperty('response');
    const [entry] = (await server.current.requests(organizationId)).slice(-1);
    expect(entry).toMatchObject({ method: 'POST', status: 200, outcome: 'applied', resource_id: null });
    expect(entry!['detail']).toMatch(/^Operations\[0\]: Operations\[1\]: /);
  });

  it('B5 refuses what is larger than the limit, whatever its length is said to be', async () => {
    const { client } = await server.current.directory('large');
    const large = JSON.stringify(bulk(post('a', user('a@acme.com', { title: 'x'.repeat(4_200_000) }))));
    for (const headers of [{}, { 'content-length': undefined, 'transfer-encoding': 'chunked' }]) {
      const answer = await client.call('POST', 'Bulk', { body: large, headers });
      expect([answer.status, answer.json['detail']]).toEqual([413, expect.stringContaining('4194304')]);
    }
    const fits = bulk(
      post('a', user('a@acme.com', { locale: 'x'.repeat(10) })),
      ...Array.from({ length: 300 }, (_, at) => post(`u${at}`, user(`u${at}@acme.com`, { title: 'x'.repeat(10_000) }))),
    );
    expect((await client.post('Bulk', fits)).status).toBe(200);
  });
});

it('B7 H6 counts once, however many operations it has', async () => {
  const server = await TestServer.start({ ROLECALL_SCIM_RATE: '25' });
  const { client } = await server.directory('acme');
  const operations = Array.from({ length: 100 }, (_, at) => ({ method: 'DELETE', path: `/Users/${at}` }));
  expect((await client.post('Bulk', bulk(...operations))).status).toBe(200);
  expect((await client.get('Users')).status).toBe(200);
  await server.close();
});
