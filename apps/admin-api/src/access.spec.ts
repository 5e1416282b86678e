import { createServer } from 'node:http';
import { fastify } from 'fastify';
import { API_RIGHTS } from '@rolecall/persistence';
import { checkAccess } from './access/access-hook.ts';
import { OPERATIONS } from './api/operations.ts';
import type { Operation } from './api/operations.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const operations = Object.values<Operation>(OPERATIONS).filter(({ right }) => right !== undefined);
const bodyOf = ({ method }: Operation) => (method === 'get' || method === 'delete' ? undefined : {});
const pathOf = ({ path }: Operation) => path.replace(':collection', 'default').replace(':organization', 'acme');

describe.each(operations.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  it('gives every token that is not valid the same 401', async () => {
    const { apiTokens } = api.database.database;
    const expired = await api.token(API_RIGHTS, new Date(Date.now() - 1000));
    const revoked = await apiTokens.create({ name: 'old', rights: API_RIGHTS, expiresAt: undefined, now: new Date() });
    await apiTokens.revoke(revoked.id, new Date());
    const good = await api.token(API_RIGHTS);
    const presented = [
      undefined,
      'Bearer',
      'Bearer ',
      'Bearer nonsense',
      `Bearer ${'x'.repeat(300)}`,
      `Bearer rct_${'0'.repeat(24)}_${'A'.repeat(43)}`,
      `Bearer ${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
      `Bearer ${expired}`,
      `Bearer ${revoked.token}`,
      `Basic ${Buffer.from(`x:${good}`).toString('base64')}`,
      good,
    ];
    const bodies = new Set<string>();
    for (const authorization of presented) {
      const headers = { ...(authorization !== undefined && { authorization }), cookie: `rolecall_session=${good}` };
      const anonymous = api.client.with(undefined);
      const answer = await anonymous.call<ErrorBody>(
        operation.method.toUpperCase(),
        pathOf(operation),
        bodyOf(operation),
        headers,
      );
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      bodies.add(answer.text.replace(answer.json.error.traceId, ''));
    }
    expect(bodies.size).toBe(1);
  });

  it(`needs the right ${operation.right}, and no other will do`, async () => {
    const others = api.client.with(await api.token(API_RIGHTS.filter((right) => right !== operation.right)));
    const answer = await others.call<ErrorBody>(operation.method.toUpperCase(), pathOf(operation), bodyOf(operation));
    expect([answer.status, answer.json.error.code]).toEqual([403, 'missing_right']);
    expect(answer.json.error.message).toContain(operation.right);
    const enough = api.client.with(await api.token([operation.right!]));
    const allowed = await enough.call(operation.method.toUpperCase(), pathOf(operation), bodyOf(operation));
    // 409: let in, and nothing to do for that user
    expect([200, 400, 404, 409]).toContain(allowed.status);
  });
});

it('looks at the token before it reads the body', async () => {
  const anonymous = api.client.with(undefined);
  const headers = { 'content-type': 'application/json' };
  expect((await anonymous.call('POST', '/v1/plans', '{"not json', headers)).status).toBe(401);
  expect(
    (await anonymous.call('POST', '/v1/collections/default/compare', `"${'x'.repeat(9_000_000)}"`, headers)).status,
  ).toBe(401);
});

it('does not open a route that forgot to say which right it needs', () => {
  const server = fastify({ serverFactory: (handler) => createServer(handler) });
  checkAccess(server, api.database.database, { origins: [], cookieName: 'rolecall_session' }, () => new Date());
  expect(() => server.get('/v1/forgotten', async () => 'secret')).toThrow(
    '/v1/forgotten does not say which right it needs',
  );
  expect(() => server.get('/docs-of-something', async () => 'public')).not.toThrow();
});

it('names the token in the log by its id, never by its secret', async () => {
  const token = await api.token(['organizations.read']);
  await api.client.with(token).call('GET', '/v1/organizations');
  const [, id = '', secret = ''] = /^rct_([0-9a-f]+)_(.+)$/.exec(token) ?? []; // a secret may have _ in it
  expect(secret).toHaveLength(43);
  const log = api.log.join('');
  expect(log).toContain(`"actor":"${id}"`);
  expect(log).not.toContain(secret);
});

it('names the token in the audit log by its id, since two tokens may have one name', async () => {
  const token = await api.token(API_RIGHTS);
  await api.client.with(token).apply(requestOf([organization('audited')]));
  const { json } = await api.client.call<{ organizationId: string }>('GET', '/v1/organizations/audited');
  const trail = await api.database.database.inOrganization(json.organizationId, (tx) => tx.auditTrail(0, 10));
  expect(trail).toEqual([expect.objectContaining({ actor: { kind: 'token', id: token.split('_')[1] } })]);
});

it('is open to everybody where it gives a token, and nowhere else', () => {
  const open = Object.values<Operation>(OPERATIONS).filter(({ right }) => right === undefined);
  expect(open.map(({ id }) => id)).toEqual(['exchangeToken']);
});
