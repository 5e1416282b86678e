import { LIST, SCIM_JSON, ERROR, useTestServer, withDirectory } from './testing/test-server.ts';
import type { Json } from './testing/test-server.ts';

const server = useTestServer();
const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

describe('discovery', () => {
  const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
  it.each([
    ['ServiceProviderConfig', CONFIG],
    ['ResourceTypes', LIST],
    ['Schemas', LIST],
  ])('D1 answers %s without a token', async (name, schema) => {
    const { status, headers, json } = await server.current.stranger.get(name);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(SCIM_JSON);
    expect(json['schemas']).toEqual([schema]);
  });

  it('D2 serves one resource type by its name, each schema by its URN in whatever case', async () => {
    const { stranger } = server.current;
    expect((await stranger.get('ResourceTypes/Group')).json).toMatchObject({ id: 'Group', endpoint: '/Groups' });
    const listed = (await stranger.get<{ Resources: Json[] }>('Schemas')).json.Resources;
    for (const schema of listed) {
      expect((await stranger.get(`Schemas/${String(schema['id'])}`)).json).toEqual(schema);
      expect((await stranger.get(`Schemas/${String(schema['id']).toUpperCase()}`)).json).toEqual(schema);
    }
  });

  it.each(['Schemas/urn:example:none', 'ResourceTypes/Printer', 'ResourceTypes/__proto__'])(
    'D2 %s is not there',
    async (path) => {
      const { status, json, headers } = await server.current.stranger.get(path);
      expect(status).toBe(404);
      expect(headers['content-type']).toBe(SCIM_JSON);
      expect(json).toEqual({ schemas: [ERROR], status: '404', detail: expect.any(String) });
    },
  );

  it('D8 T3 shows an extension to its own directory alone', async () => {
    const extension = { urn: URN, attributes: { badge: { type: 'integer' } } };
    const { client } = await server.current.directory('acme', withDirectory({ extension, mode: 'strict' }));
    const other = await server.current.directory('globex');
    expect((await client.get(`Schemas/${URN}`)).json).toMatchObject({ id: URN, attributes: [{ name: 'badge' }] });
    expect((await client.get('ResourceTypes/User')).text).toContain(URN);
    expect((await client.get('ServiceProviderConfig')).json).toMatchObject({ interopProfileConformant: true });
    for (const stranger of [other.client, server.current.stranger]) {
      expect((await stranger.get(`Schemas/${URN}`)).status).toBe(404);
      expect((await stranger.get('Schemas')).text).not.toContain(URN);
    }
  });

  it.each(['ServiceProviderConfig', 'ResourceTypes', 'Schemas'])('D4 refuses a filter on %s', async (name) => {
    const { status, json } = await server.current.stranger.get(`${name}?filter=${encodeURIComponent('id pr')}`);
    expect(status).toBe(403);
    expect(json).toMatchObject({ schemas: [ERROR], status: '403' });
  });

  it.each(['ResourceTypes', 'Schemas'])('D4 lists all %s, whatever sort and page are asked for', async (name) => {
    const all = await server.current.stranger.get(name);
    expect((await server.current.stranger.get(`${name}?sortBy=id&startIndex=7&count=1`)).json).toEqual(all.json);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('D5 can not be written: %s, whatever the body is', async (method) => {
    for (const path of ['ServiceProviderConfig', 'Schemas', 'Schemas/urn:x', 'ResourceTypes']) {
      const headers = { 'content-type': 'text/plain' };
      const answer = await server.current.stranger.call(method, path, { headers, body: 'test' });
      expect(answer.status).toBe(405);
      expect(answer.headers['allow']).toBe('GET, HEAD');
      expect(answer.json).toEqual({ schemas: [ERROR], status: '405', detail: expect.any(String) });
    }
  });
});

it('has probes and measurements', async () => {
  const { stranger } = server.current;
  expect((await stranger.get('/healthz')).json).toEqual({ status: 'ok' });
  expect((await stranger.get('/readyz')).json).toEqual({ status: 'ready', checks: { database: 'ok' } });
  expect((await stranger.get('/metrics')).text).toContain('http_request_duration_seconds_bucket');
});
