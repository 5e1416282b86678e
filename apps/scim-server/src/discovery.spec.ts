import { BASE, ERROR, type Json, LIST, SCIM_JSON, useTestServer, withDirectory } from './testing/test-server.ts';

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const extension = { urn: URN, attributes: { tier: { type: 'string' } } };

describe('discovery', () => {
  const server = useTestServer();
  const idsOf = ({ json }: { json: Json }) => (json['Resources'] as Json[]).map(({ id }) => id);

  it('D1 D3 D10 is open to everybody, with absolute addresses', async () => {
    const { stranger } = server.current;
    for (const path of ['ServiceProviderConfig', 'ResourceTypes', 'Schemas', 'ResourceTypes/User']) {
      const { status, headers, json } = await stranger.get(`${path}?sortBy=id&startIndex=7&count=1`);
      expect([status, headers['content-type']]).toEqual([200, SCIM_JSON]);
      const resources = json['schemas'] instanceof Array && json['schemas'][0] === LIST ? json['Resources'] : [json];
      for (const { meta } of resources as { meta: Json }[]) {
        expect(meta).toMatchObject({
          resourceType: expect.any(String),
          location: expect.stringContaining(`${BASE}/scim/v2/`),
        });
      }
    }
  });

  it('D8 T3 is that of its directory with a token, and says nothing of it without', async () => {
    const [acme, beta] = await Promise.all([
      server.current.directory('acme', withDirectory({ extension, mode: 'strict' })),
      server.current.directory('beta'),
    ]);
    const [own, others, open] = await Promise.all(
      [acme.client, beta.client, server.current.stranger].map((client) => client.get('Schemas')),
    );
    expect(idsOf(own!)).toContain(URN);
    expect(idsOf(others!)).not.toContain(URN);
    expect(idsOf(open!)).not.toContain(URN);
    expect((await acme.client.get(`Schemas/${URN}`)).json).toMatchObject({ id: URN, attributes: [{ name: 'tier' }] });
    expect((await beta.client.get(`Schemas/${URN}`)).status).toBe(404);
    const conformant = async (client: typeof acme.client) =>
      (await client.get('ServiceProviderConfig')).json['interopProfileConformant'];
    expect([await conformant(acme.client), await conformant(beta.client)]).toEqual([true, undefined]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('D5 can not be written: %s, whatever the body is', async (method) => {
    for (const path of ['ServiceProviderConfig', 'Schemas', 'Schemas/urn:x', 'ResourceTypes', 'ResourceTypes/User/']) {
      const headers = { 'content-type': 'text/plain' };
      const answer = await server.current.stranger.call(method, path, { headers, body: 'test' });
      expect([path, answer.status, answer.headers['allow']]).toEqual([path, 405, 'GET, HEAD']);
      expect(answer.json).toEqual({ schemas: [ERROR], status: '405', detail: expect.any(String) });
    }
  });

  it('has probes and measurements', async () => {
    const { stranger } = server.current;
    expect((await stranger.get('/healthz')).json).toEqual({ status: 'ok' });
    expect((await stranger.get('/readyz')).json).toEqual({ status: 'ready', checks: { database: 'ok' } });
    expect((await stranger.get('/metrics')).text).toContain('http_request_duration_seconds_bucket');
  });
});
