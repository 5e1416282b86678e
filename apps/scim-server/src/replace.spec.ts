import { ENTERPRISE, type Json, user, USER, useTestServer, withDirectory } from './testing/test-server.ts';

describe('replacing users', () => {
  const server = useTestServer();
  const make = async (name: string, more: Json = {}) => {
    const { client, organizationId } = await server.current.directory(name);
    const { json } = await client.post('Users', user('eve@acme.com', more));
    return { client, organizationId, created: json, path: `Users/${String(json['id'])}` };
  };
  const metaOf = (json: Json) => json['meta'] as Json;

  it('P1 answers 200 with the whole resource, and never creates', async () => {
    const { client, path } = await make('p1');
    const { status, headers, json } = await client.put(path, user('eve@acme.com', { title: 'Lead' }));
    expect([status, json['title'], headers['etag']]).toEqual([200, 'Lead', metaOf(json)['version']]);
    const id = '0199c0de-0000-7000-8000-000000000000';
    for (const unknown of [id, 'none', '%00', '..', 'é'.repeat(100)]) {
      expect((await client.put(`Users/${encodeURIComponent(unknown)}`, user('x@acme.com'))).status).toBe(404);
    }
    expect((await client.get('Users')).json['totalResults']).toBe(1);
  });

  it('P2 ignores what is read-only, and needs what is required', async () => {
    const { client, created, path } = await make('p2');
    const { json } = await client.put(path, user('eve@acme.com', { id: 'other', meta: {}, groups: [{ value: 'x' }] }));
    expect(json['id']).toBe(created['id']);
    const { userName: _, ...without } = user('eve@acme.com');
    expect(await client.put(path, without)).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
  });

  it('P3 clears what is left out, save active', async () => {
    const { client, path } = await make('p3', { active: false, title: 'Lead', [ENTERPRISE]: { department: 'x' } });
    const { active: _, ...without } = user('eve@acme.com');
    const { json } = await client.put(path, without);
    expect(json).toMatchObject({ active: false, schemas: [USER] });
    expect(json).not.toHaveProperty('title');
    expect(json).not.toHaveProperty([ENTERPRISE]);
  });

  it('P4 is a no-op with the body of a GET', async () => {
    const { client, organizationId, path } = await make('p4', { [ENTERPRISE]: { department: 'x' }, externalId: '1' });
    const before = (await client.get(path)).json;
    const after = await client.put(path, before);
    expect([after.status, after.json]).toEqual([200, before]);
    expect((await server.current.requests(organizationId)).at(-1)).toMatchObject({ method: 'PUT', outcome: 'no-op' });
  });

  it('P6 refuses a userName of somebody else, and changes nothing', async () => {
    const { client, created, path } = await make('p6');
    await client.post('Users', user('taken@acme.com'));
    const refused = await client.put(path, user('TAKEN@acme.com', { title: 'New' }));
    expect(refused).toMatchObject({ status: 409, json: { scimType: 'uniqueness' } });
    expect((await client.get(path)).json).toEqual(created);
    expect((await client.put(path, user('EVE@acme.com'))).status).toBe(200);
  });

  it('X34 keeps an inactive user readable by id and by filter', async () => {
    const { client, path } = await make('x34');
    await client.put(path, user('eve@acme.com', { active: false }));
    expect((await client.get(path)).json['active']).toBe(false);
    const found = await client.get(`Users?filter=${encodeURIComponent('userName eq "eve@acme.com"')}`);
    expect(found.json['totalResults']).toBe(1);
  });

  it('refuses another address of a foreign domain', async () => {
    const spec = { emailDomains: { 'kites.example': { verification: 'asserted' } } };
    const { client } = await server.current.directory('domains', withDirectory({}, spec));
    const { json } = await client.post('Users', user('eve@kites.example'));
    const emails = [{ value: 'eve@elsewhere.example', primary: true }];
    const moved = await client.put(`Users/${String(json['id'])}`, user('eve@kites.example', { emails }));
    expect(moved).toMatchObject({ status: 400, json: { scimType: 'invalidValue' } });
  });
});
