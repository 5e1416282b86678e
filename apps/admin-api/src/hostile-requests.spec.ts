import { connect } from 'node:net';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

/** Sends bytes as they are, and gives the status of the answer. */
async function raw(lines: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(api.client.url);
  const socket = connect(Number(port), hostname);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

describe('no other spelling of a request gets past the token', () => {
  it.each([
    'HEAD /v1/organizations',
    'HEAD /v1/collections/default',
    'GET /v1/organizations/',
    'GET //v1/organizations',
    'GET /v1//organizations',
    'GET /V1/organizations',
    'GET /v1/./organizations',
    'GET /docs/../v1/organizations',
    'GET /v1/openapi.json/../organizations',
    'GET /v1/organizations;a=b',
    'GET /v1%2forganizations',
    'GET /%76%31/organizations',
    'GET /v1/organizations?access_token=x',
    'OPTIONS /v1/organizations',
    'TRACE /v1/organizations',
    'PUT /v1/plans',
    'GET http://internal.example/v1/organizations',
  ])('%s', async (request) => {
    const status = await raw([`${request} HTTP/1.1`, 'Host: x', 'Connection: close']);
    expect([400, 401, 404]).toContain(status);
  });

  it('two tokens count as the first, whatever the second is', async () => {
    const token = await api.token(['organizations.read']);
    const lines = (first: string, second: string) => [
      'GET /v1/organizations HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${first}`,
      `Authorization: Bearer ${second}`,
      'Connection: close',
    ];
    expect(await raw(lines('none', token))).toBe(401);
    expect(await raw(lines(token, 'none'))).toBe(200);
    expect(await raw(lines(`none, Bearer ${token}`, token))).toBe(401);
  });

  it('and no origin is let in by CORS', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
    for (const method of ['OPTIONS', 'GET']) {
      const answer = await api.client.call(method, '/v1/organizations', undefined, headers);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

it('a file that is named twice is refused as such', async () => {
  const file = { path: 'acme.yaml', digest: '0'.repeat(64), organizations: ['acme'] };
  const request = requestOf([organization('acme')], { files: [file, { ...file, digest: '1'.repeat(64) }] });
  const { status, json } = await api.client.plan(request);
  expect([status, json.error?.code]).toEqual([400, 'invalid_request']);
  const compare = { files: [file, file].map(({ path, digest }) => ({ path, digest })) };
  const compared = await api.client.call<ErrorBody>('POST', '/v1/collections/default/compare', compare);
  expect([compared.status, compared.json.error?.code]).toEqual([400, 'invalid_request']);
});

it.each(['constructor', 'toString', 'hasOwnProperty', 'prototype'])(
  '%s is a name like any other (security.md 25)',
  async (name) => {
    const authorization = {
      mappingRoles: { [name]: { grants: { 'account/main': ['member'] } } },
      accountAttributes: { [name]: 'account/main' },
    };
    const { status, json } = await api.client.plan(requestOf([organization(name.toLowerCase(), { authorization })]));
    expect(status).toBe(200);
    expect(json.changes[0]?.fields).toContainEqual(
      expect.objectContaining({ path: `/spec/authorization/mappingRoles/${name}`, action: 'create' }),
    );
  },
);

describe('work that one request can cause', () => {
  const expensive = (name: string) =>
    organization(name, {
      authorization: {
        rules: Array.from({ length: 150 }, (_, index) => ({
          name: `r${index}`,
          when: { cel: `facts.groups.exists(a, facts.groups.exists(b, a == 'z${index}' && b == 'y'))` },
          grants: { 'account/main': ['member'] },
        })),
      },
      tests: Array.from({ length: 60 }, (_, index) => ({
        name: `t${index}`,
        facts: { groups: Array.from({ length: 30 }, (_unused, group) => `group-${group}`) },
        expect: { refused: 'no_rule_matched' },
      })),
    });

  it('leaves the probes their turn', async () => {
    const planned = api.client.plan(requestOf(['a', 'b'].map((name) => expensive(`busy-${name}`))));
    let answered = 0;
    let done = false;
    void planned.finally(() => (done = true));
    while (!done) {
      await api.client.call('GET', '/healthz');
      answered += 1;
    }
    expect((await planned).status).toBe(200);
    expect(answered).toBeGreaterThan(10);
  });

  it('is bounded: a document larger than a file may be is refused', async () => {
    const scopes = Object.fromEntries(
      Array.from({ length: 9_000 }, (_, index) => [`s/${index}`, { displayName: 'x'.repeat(250) }]),
    );
    const { status, json } = await api.client.plan(
      requestOf([organization('large', { scopes: { ...scopes, 'account/main': {} } })]),
    );
    expect(status).toBe(422);
    expect(json.error.diagnostics).toEqual([expect.objectContaining({ code: 'document_too_large' })]);
  });

  it('answers with a bounded list of mistakes', async () => {
    const wrong = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`wrong${index}`, 1]));
    const documents = Array.from({ length: 30 }, (_, index) => organization(`wrong-${index}`, wrong));
    const { status, json } = await api.client.plan(requestOf(documents));
    expect(status).toBe(422);
    expect(json.error.diagnostics?.length).toBeLessThanOrEqual(1001);
    expect(json.error.diagnostics?.at(-1)).toMatchObject({ code: 'too_many_mistakes' });
  });
});
