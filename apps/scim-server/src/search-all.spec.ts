import { seedDirectory } from '@rolecall/persistence/testing';
import { group, type Json, useTestServer, user } from './testing/test-server.ts';

describe('the root', () => {
  const server = useTestServer();

  const directory = async (name: string) => {
    const { client } = await server.current.directory(name);
    for (const at of [1, 2, 3]) await client.post('Users', user(`u${at}@acme.com`, { displayName: `x${at}` }));
    for (const at of [4, 5]) await client.post('Groups', group(`x${at}`));
    const search = async (parameters: Record<string, string>) => {
      const { status, json } = await client.get(`?${new URLSearchParams(parameters).toString()}`);
      const names = ((json['Resources'] ?? []) as Json[]).map(({ displayName }) => displayName);
      return { status, names, json };
    };
    return { client, search };
  };
  const filter = 'displayName sw "x"';

  it('M2 G2 G4 pages through users and groups by index', async () => {
    const { search } = await directory('index');
    const pages = [];
    for (const startIndex of ['1', '3', '5', '6']) {
      const { names, json } = await search({ filter, startIndex, count: '2' });
      expect([json['totalResults'], json['startIndex'], json['itemsPerPage']]).toEqual([
        5,
        Number(startIndex),
        names.length,
      ]);
      pages.push(names);
    }
    expect(pages).toEqual([['x1', 'x2'], ['x3', 'x4'], ['x5'], []]);
    expect((await search({ filter, count: '0' })).json['totalResults']).toBe(5);
  });

  it.each([1, 2, 3, 4, 5, 100])('G10 pages through both by cursor, %i at a time', async (count) => {
    const { search } = await directory(`cursor-${count}`);
    const seen: unknown[] = [];
    let cursor: string | undefined = '';
    for (let pages = 0; cursor !== undefined && pages < 10; pages++) {
      const { names, json } = await search({ filter, cursor, count: String(count) });
      expect(names.length).toBeGreaterThan(0);
      seen.push(...names);
      cursor = json['nextCursor'] as string | undefined;
    }
    expect(seen).toEqual(['x1', 'x2', 'x3', 'x4', 'x5']);
  });

  it('F13 M2 takes what one type has not for absent there', async () => {
    const { search } = await directory('absent');
    expect((await search({ filter: 'userName pr' })).names).toEqual(['x1', 'x2', 'x3']);
    expect((await search({ filter: 'meta.resourceType eq "Group"' })).names).toEqual(['x4', 'x5']);
    expect((await search({ filter: 'not (userName pr)' })).names).toEqual(['x4', 'x5']);
  });

  it('M2 S3 sorts one type, and refuses to sort both together', async () => {
    const { search } = await directory('sorted');
    const down = { sortBy: 'displayName', sortOrder: 'descending' };
    expect((await search({ filter: 'userName pr', ...down })).names).toEqual(['x3', 'x2', 'x1']);
    expect(await search({ filter, ...down })).toMatchObject({ status: 400, json: { scimType: 'invalidPath' } });
  });

  it('M2 A6 G10 shows everything, in pages when it is much', async () => {
    const { client } = await directory('small');
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
    for (const answer of [await client.get(''), await client.post('.search', { schemas })])
      expect(answer).toMatchObject({ status: 200, json: { totalResults: 5 } });
    const large = await server.current.directory('large');
    const now = new Date();
    const users = Array.from({ length: 1_001 }, (_, at) => ({
      id: `0199c0de-0000-7000-8000-${String(at).padStart(12, '0')}`,
      body: { userName: `u${at}`, active: true },
      created: now,
      modified: now,
    }));
    await server.current.asOwner((owner) => seedDirectory(owner, large.organizationId, { users }));
    await large.client.post('Groups', group('last'));
    for (const answer of [await large.client.get(''), await large.client.post('.search', { schemas })])
      expect(answer).toMatchObject({ status: 200, json: { totalResults: 1_002, itemsPerPage: 100 } });
    const end = await large.client.get('?startIndex=1001&count=50');
    const names = (end.json['Resources'] as Json[]).map(({ userName, displayName }) => userName ?? displayName);
    expect(names).toEqual(['u1000', 'last']);
    let seen = 0;
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { json } = await large.client.get(`?count=500&cursor=${cursor}`);
      seen += (json['Resources'] as Json[]).length;
      cursor = json['nextCursor'] as string | undefined;
    }
    expect(seen).toBe(1_002);
  });

  it('G6 G7 a cursor of the root is good for nothing else', async () => {
    const { search, client } = await directory('bound');
    const cursor = String((await search({ filter, cursor: '', count: '2' })).json['nextCursor']);
    const elsewhere = new URLSearchParams({ filter, cursor, count: '2' }).toString();
    expect(await client.get(`Users?${elsewhere}`)).toMatchObject({ status: 400, json: { scimType: 'invalidCursor' } });
  });
});
