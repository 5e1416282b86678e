import { ENTERPRISE, group, patchOp, TestServer, user, useTestServer, withDirectory } from './testing/test-server.ts';

describe('the request log', () => {
  const server = useTestServer();

  it('E6 has an entry for every request of a directory, with its outcome', async () => {
    const { client, organizationId } = await server.current.directory('outcomes');
    const { json } = await client.post('Users', user('eve@acme.com'));
    const path = `Users/${String(json['id'])}`;
    await client.get(path);
    await client.patch(path, patchOp({ op: 'Replace', path: 'active', value: 'True' }));
    await client.patch(path, patchOp({ op: 'replace', path: 'title', value: 'Lead' }));
    await client.post('Users', user('eve@acme.com'));
    await client.get('Users/none');
    await client.get('Nowhere');
    await client.delete(path);
    const entries = await server.current.requests(organizationId);
    const told = entries.map(({ method, route, status, scim_type: type, outcome }) => [
      method,
      route,
      status,
      type,
      outcome,
    ]);
    const ROUTE = '/Users';
    expect(told).toEqual([
      ['POST', ROUTE, 201, null, 'applied'],
      ['GET', `${ROUTE}/:id`, 200, null, 'read'],
      ['PATCH', `${ROUTE}/:id`, 200, null, 'no-op'],
      ['PATCH', `${ROUTE}/:id`, 200, null, 'applied'],
      ['POST', ROUTE, 409, 'uniqueness', 'refused'],
      ['GET', `${ROUTE}/:id`, 404, null, 'refused'],
      ['GET', 'unmatched', 404, null, 'refused'],
      ['DELETE', `${ROUTE}/:id`, 204, null, 'applied'],
    ]);
    expect(entries[2]!['quirks']).toEqual(expect.arrayContaining(['boolean_as_text']));
    expect(entries[4]).toMatchObject({
      token_name: 'okta',
      detail: expect.stringContaining('userName'),
      hint: expect.any(String),
    });
    expect(entries[3]).toMatchObject({ resource_type: 'User', resource_id: json['id'], attributes: ['title'] });
  });

  it('says what a creation brought back, and that members were said', async () => {
    const { client, organizationId } = await server.current.directory('came-back');
    await client.post('Users', user('eve@acme.com', { active: false }));
    const { json } = await client.post('Users', user('eve@acme.com'));
    await client.post('Groups', group('Engineering', [String(json['id'])]));
    const [made, back, pushed] = await server.current.requests(organizationId);
    expect([made!['hint'], back!['hint']]).toEqual([null, expect.stringContaining('Brought back')]);
    expect(pushed!['attributes']).toEqual(['displayName', 'members']);
  });

  it('says that a creation which met somebody inactive as told changed nothing', async () => {
    const { client, organizationId } = await server.current.directory('still-away');
    const away = user('eve@acme.com', { active: false });
    for (const sent of [away, away, { ...away, title: 'Lead' }]) await client.post('Users', sent);
    const told = await server.current.requests(organizationId);
    expect(told.map(({ status, outcome, hint }) => [status, outcome, hint])).toEqual([
      [201, 'applied', null],
      [201, 'no-op', null],
      [201, 'applied', null],
    ]);
  });

  it('names an extension that a PATCH removes as a whole', async () => {
    const { client, organizationId } = await server.current.directory('whole');
    const { json } = await client.post('Users', user('eve@acme.com', { [ENTERPRISE]: { department: 'Sales' } }));
    await client.patch(`Users/${String(json['id'])}`, patchOp({ op: 'remove', path: ENTERPRISE }));
    const [, removed] = await server.current.requests(organizationId);
    expect(removed).toMatchObject({ status: 200, outcome: 'applied', attributes: [ENTERPRISE] });
  });

  it('says what tolerant mode would have understood', async () => {
    const scim = { mode: 'strict' };
    const { client, organizationId } = await server.current.directory('strict-hints', withDirectory(scim));
    const { json } = await client.post('Users', user('eve@acme.com'));
    await client.post('Users', user('ann@acme.com', { active: 'True' }));
    await client.patch(`Users/${String(json['id'])}`, patchOp({ op: 'replace', path: 'active', value: 'False' }));
    const [, ...refused] = await server.current.requests(organizationId);
    for (const entry of refused) expect(entry['hint']).toMatch(/mode: tolerant .*boolean_as_text/);
    expect(refused).toHaveLength(2);
  });

  it('E6 T5 holds names and no values', async () => {
    const { client, organizationId } = await server.current.directory('redacted');
    const secret = 'zebra';
    const emails = [{ value: `${secret}@acme.com` }];
    const { json } = await client.post(
      'Users',
      user(`${secret}@acme.com`, { title: secret, password: secret, emails, externalId: secret }),
    );
    await client.get(
      `Users?filter=${encodeURIComponent(`emails[value eq "${secret}@acme.com"] or externalId eq ${secret}`)}`,
    );
    await client.patch(
      `Users/${String(json['id'])}`,
      patchOp({ op: 'remove', path: `emails[value eq "${secret}@acme.com"]` }),
    );
    await client.post('Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: `userName eq "${secret}"`,
    });
    await client.post('Users', user(`${secret}@acme.com`));
    await client.post('Groups', group('g', [secret]));
    const entries = await server.current.requests(organizationId);
    expect(entries).toHaveLength(6);
    expect(JSON.stringify(entries)).not.toContain(secret);
    expect(server.current.log.join('')).not.toContain(secret);
  });

  it('E6 holds requests with characters that cannot be stored', async () => {
    const { client, organizationId } = await server.current.directory('odd');
    await client.get('Users/%00?a%00=1&filter=%00%1b');
    await client.get('Users?filter=userName%20eq%20%22%00%22&attributes=%00');
    await client.get(`Users/${'x'.repeat(200)}`);
    await client.delete('Users/eve@acme.com');
    const told = await server.current.requests(organizationId);
    expect(told.map((entry) => entry['resource_id'])).toEqual([null, null, null, null]);
  });

  it('counts requests by outcome, and quirks by name', async () => {
    const { client } = await server.current.directory('counted');
    const { schemas: _, ...without } = user('eve@acme.com', { active: 'True' });
    await client.post('Users', without);
    const { text } = await server.current.stranger.get('/metrics');
    expect(text).toMatch(/rolecall_scim_requests_total\{[^}]*method="POST"[^}]*outcome="applied"/);
    expect(text).toMatch(/rolecall_scim_quirks_total\{[^}]*quirk="schemas_missing"/);
    expect(text).not.toContain('counted');
  });
});

it('is written to the last request before the server ends', async () => {
  const server = await TestServer.start();
  const { client, organizationId } = await server.directory('ending');
  await client.get('Users');
  await server.app.close();
  const entries = await server.sql(`select route from directory_requests where org_id = '${organizationId}'`);
  expect(entries).toEqual([{ route: '/Users' }]);
  await server.close();
});
