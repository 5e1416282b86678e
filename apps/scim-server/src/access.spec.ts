import { ERROR, SCIM_JSON, TestServer, user, useTestServer, withDirectory } from './testing/test-server.ts';
import type { Client } from './testing/client.ts';

/** The id of nobody. */
const NONE = 'Users/0199c0de-0000-7000-8000-000000000000';

/** Asks again until it is so, as long as a change may take to be told to every process. */
async function until<T>(wanted: T, ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const got = await ask();
    if (got === wanted || Date.now() > deadline) return got;
  }
}

const NEEDS_TOKEN = { schemas: [ERROR], status: '401', detail: 'a valid bearer token of a directory is needed' };

describe('who may come in', () => {
  const server = useTestServer();

  it.each([
    ['GET', '/scim/v2/Users'],
    ['GET', '/scim/v2/Users/'],
    ['GET', '/scim/v2//Users?filter=x'],
    ['GET', '/scim/v2/Groups/2819c223'],
    ['GET', '/scim/v2/Me'],
    ['GET', '/scim/v2/'],
    ['GET', '/scim/v2'],
    ['GET', '/scim/v2/Schemas/a/b'],
    ['GET', '/scim/v2/Schemas/../Users'],
    ['GET', '/scim/v2/%55sers'],
    ['POST', '/scim/v2/Users'],
    ['PUT', '/scim/v2/Users/1'],
    ['PATCH', '/scim/v2/Groups/1'],
    ['DELETE', '/scim/v2/Users/1'],
    ['POST', '/scim/v2/Bulk'],
    ['POST', '/scim/v2/.search'],
    ['OPTIONS', '/scim/v2/Users'],
  ])('H5 %s %s needs a token: always the same 401, before the body is read', async (method, path) => {
    const { stranger } = server.current;
    const headers = { 'content-type': 'text/plain' };
    for (const sent of [
      {},
      { authorization: 'Bearer rcs_unknown' },
      { authorization: 'Bearer ' },
      { authorization: 'Basic YTpi' },
      { cookie: 'rolecall_session=x' },
    ]) {
      const answer = await stranger.call(method, path, { headers: { ...headers, ...sent }, body: '{' });
      expect(answer.status).toBe(401);
      expect(answer.json).toEqual(NEEDS_TOKEN);
      expect(answer.headers).toMatchObject({
        'www-authenticate': 'Bearer',
        'content-type': SCIM_JSON,
        'cache-control': 'no-store',
      });
    }
  });

  it('H5 a token opens its own organization and no other', async () => {
    const [acme, beta] = [await server.current.directory('acme'), await server.current.directory('beta')];
    const { json } = await acme.client.post('Users', user('eve@acme.com'));
    const path = `Users/${String(json['id'])}`;
    expect((await acme.client.get(path)).status).toBe(200);
    const attempts = [beta.client.get(path), beta.client.put(path, user('eve@beta.com')), beta.client.delete(path)];
    for (const { status, text } of await Promise.all(attempts)) {
      expect(status).toBe(404);
      expect(text).not.toContain('acme');
    }
    expect((await acme.client.get(path)).json).toEqual(json);
  });

  it('takes two tokens of one name that live side by side, and none that ended', async () => {
    const { organizationId, client, token } = await server.current.directory('rotation');
    const second = await server.current.issue(organizationId, 1);
    for (const each of [token, second]) expect((await client.with(each).get(NONE)).status).toBe(404);
    const tokens = server.current.database.database.directoryTokens;
    for (const { id } of await tokens.list(organizationId))
      await tokens.revoke(organizationId, id, { by: 'test', now: new Date() });
    for (const each of [token, second]) {
      expect(await until(401, async () => (await client.with(each).get(NONE)).status)).toBe(401);
    }
  });

  it.each([
    ['whose name has left the document', withDirectory({ tokens: { entra: {} } })],
    ['of an organization that has no directory any more', { scopes: { 'account/main': {} } }],
  ])('takes no token %s', async (why, spec) => {
    const name = why.includes('name') ? 'renamed' : 'gone';
    const { client, organizationId } = await server.current.directory(name);
    expect((await client.get(NONE)).status).toBe(404);
    await server.current.apply(organizationId, name, spec);
    expect(await until(401, async () => (await client.get(NONE)).status)).toBe(401);
  });

  it('refuses a token of a directory that is switched off, and says why', async () => {
    const { client } = await server.current.directory('off', withDirectory({ enabled: false }));
    const answer = await client.get('Users');
    expect(answer).toMatchObject({
      status: 403,
      json: { status: '403', detail: expect.stringContaining('spec.scim.enabled') },
    });
  });

  it('logs and counts the requests of a directory that is switched off', async () => {
    const { client, organizationId } = await server.current.directory('off-told', withDirectory({ enabled: false }));
    await client.get('Users');
    await client.get('Devices');
    const told = await server.current.requests(organizationId);
    expect(told).toMatchObject([
      { status: 403, outcome: 'refused', detail: expect.stringContaining('spec.scim.enabled') },
      { status: 403, outcome: 'refused' },
    ]);
    const { text } = await server.current.stranger.get('/metrics');
    expect(text).toMatch(/rolecall_scim_requests_total\{[^}]*outcome="refused"/);
  });

  it.each(['Users', 'Schemas'])('with a token that is not good even %s is refused', async (path) => {
    expect((await server.current.stranger.with('rcs_unknown').get(path)).status).toBe(401);
  });

  it('H4 needs no User-Agent, and ignores query parameters that nobody knows', async () => {
    const { client } = await server.current.directory('plain');
    expect((await client.get(`${NONE}?aadOptscim062020`)).status).toBe(404);
  });

  it('H7 takes doubled slashes, and one at the end', async () => {
    const { client } = await server.current.directory('slashes');
    for (const path of [`/scim/v2//${NONE}`, `/scim/v2/${NONE}/`, `//scim//v2/${NONE}`]) {
      expect((await client.get(path)).json['detail']).toBe('there is no such user in this directory');
    }
  });

  it('H8 answers 404 in SCIM under the base, and 405 with what is allowed', async () => {
    const { client } = await server.current.directory('paths');
    for (const path of ['Devices', 'Users/1/2', 'users']) {
      const { status, headers, json } = await client.get(path);
      expect(json).toEqual({ schemas: [ERROR], status: String(status), detail: expect.any(String) });
      expect(headers['content-type']).toBe(SCIM_JSON);
    }
    const put = await client.put('Users', user('x'));
    expect([put.status, put.headers['allow']]).toEqual([405, 'GET, HEAD, POST']);
    expect(await server.current.stranger.get('/')).toMatchObject({
      status: 404,
      json: { schemas: [ERROR], status: '404' },
    });
  });

  describe('bodies', () => {
    let client: Client;
    beforeAll(async () => {
      ({ client } = await server.current.directory('bodies'));
    });
    const post = (headers: Record<string, string>, name: string) => client.post('Users', user(name), headers);

    it.each([
      'application/scim+json',
      'application/json',
      'application/scim+json;charset=utf-8',
      'Application/JSON; Charset=UTF-8',
    ])('H1 H3 come as %s', async (type) => {
      expect((await post({ 'content-type': type }, `${type}@x.com`)).status).toBe(201);
    });

    it('H1 come without a type', async () => {
      const headers = { 'content-type': undefined };
      expect((await client.call('POST', 'Users', { body: user('untyped@x.com'), headers })).status).toBe(201);
    });

    it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense'])(
      'H1 not as %s',
      async (type) => {
        const { status, json } = await post({ 'content-type': type }, 'x@x.com');
        expect([status, json['status']]).toEqual([415, '415']);
      },
    );

    it('H1 a DELETE may say a type and send nothing', async () => {
      const { json } = await post({}, 'deleted@x.com');
      const headers = { 'content-type': 'application/scim+json' };
      expect((await client.delete(`Users/${String(json['id'])}`, headers)).status).toBe(204);
    });

    it('H2 get an answer of type application/json when only that is accepted', async () => {
      for (const path of ['Users/none', 'Schemas']) {
        const { headers } = await client.get(path, { accept: 'application/json' });
        expect([path, headers['content-type']]).toEqual([path, 'application/json; charset=utf-8']);
      }
    });

    it.each([
      ['{', 'invalidSyntax'],
      ['[]', 'invalidSyntax'],
      ['"text"', 'invalidSyntax'],
      ['null', 'invalidSyntax'],
      ['', 'invalidSyntax'],
      ['{"__proto__": {"active": true}, "userName": "x"}', 'invalidSyntax'],
      ['{"userName": "a\\u0000b"}', 'invalidValue'],
      ['{"userName": {"a": 1}}', 'invalidValue'],
      ['{"userName": "x", "emails": [{"value": {}}]}', 'invalidValue'],
    ])('E3 that are %s are 400 %s', async (body, scimType) => {
      const answer = await client.call('POST', 'Users', { body });
      expect(answer.json).toEqual({ schemas: [ERROR], status: '400', scimType, detail: expect.any(String) });
    });

    it('E1 B5 that are too large are 413, and name the limit', async () => {
      const answer = await client.post('Users', user('x@x.com', { title: 'x'.repeat(2_200_000) }));
      expect(answer).toMatchObject({ status: 413, json: { schemas: [ERROR], status: '413' } });
      expect(answer.json['detail']).toContain('2097152');
    });
  });
});

describe('limits', () => {
  const server = useTestServer({ ROLECALL_SCIM_RATE: '25' });

  it('H6 turns a directory away that asks too much, with Retry-After, and no other one', async () => {
    const [acme, beta] = [await server.current.directory('acme'), await server.current.directory('beta')];
    const answers = await Promise.all(Array.from({ length: 60 }, () => acme.client.get(NONE)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(10);
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(60 - limited.length);
    expect(limited[0]).toMatchObject({ json: { schemas: [ERROR], status: '429', detail: expect.any(String) } });
    expect(Number(limited[0]!.headers['retry-after'])).toBeGreaterThan(0);
    expect((await beta.client.get(NONE)).status).toBe(404);
    const { text } = await server.current.stranger.get('/metrics');
    expect(text).toMatch(new RegExp(`rolecall_scim_rate_limited_total\\{[^}]*\\} ${limited.length}`));
  });

  it('H6 turns away a directory that is switched off and asks too much', async () => {
    const { client } = await server.current.directory('off', withDirectory({ enabled: false }));
    const answers = await Promise.all(Array.from({ length: 60 }, () => client.get(NONE)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([403, 429]));
  });
});

it('E4 answers 503 with Retry-After when the database is gone, never 404', async () => {
  const server = await TestServer.start();
  try {
    const { client } = await server.directory('acme');
    expect((await client.get(NONE)).status).toBe(404);
    await server.loseDatabase();
    for (const [method, path, body] of [
      ['GET', NONE],
      ['POST', 'Users', user('x@x.com')],
      ['PUT', NONE, user('x@x.com')],
      ['DELETE', NONE],
    ] as const) {
      const answer = await client.call(method, path, { body });
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.json).toEqual({ schemas: [ERROR], status: '503', detail: expect.any(String) });
    }
  } finally {
    await server.close();
  }
});
