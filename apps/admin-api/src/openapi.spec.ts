import { OPERATIONS } from './api/operations.ts';
import type { Operation } from './api/operations.ts';
import { docsPage } from './api/docs-page.ts';
import { startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ ROLECALL_ADMIN_URL: 'https://admin.example.com' });
});
afterAll(() => api?.close());

it('describes exactly the routes that are served under /v1', async () => {
  const { json, headers } = await api.client.with(undefined).call<OpenApi>('GET', '/v1/openapi.json');
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(json.openapi).toBe('3.1.0');
  expect(json.servers).toEqual([{ url: 'https://admin.example.com' }]);
  const described = Object.entries(json.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const fastify = api.app.getHttpAdapter().getInstance();
  for (const route of described) {
    const [method = '', url = ''] = route.split(' ');
    expect(fastify.hasRoute({ method: method as 'GET', url })).toBe(true);
  }
  expect(described.sort()).toEqual(
    Object.values<Operation>(OPERATIONS)
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
      .sort(),
  );
});

it('has no reference that leads nowhere, and uses every schema', async () => {
  const { json, text } = await api.client.call<OpenApi>('GET', '/v1/openapi.json');
  const referred = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name));
  const { Slug: _, ...schemas } = json.components.schemas;
  expect([...referred].sort()).toEqual(Object.keys(schemas).sort());
});

it('says of every operation which right it needs and how it refuses', async () => {
  const { json } = await api.client.call<OpenApi>('GET', '/v1/openapi.json');
  for (const [path, item] of Object.entries(json.paths)) {
    if (path === '/v1/token') continue;
    for (const operation of Object.values(item)) {
      expect(operation.security).toEqual([{ token: [] }]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['200', '401', '403', '500', '503']));
    }
  }
});

it('has a page for people that loads nothing from elsewhere', async () => {
  const { status, headers, text } = await api.client.with(undefined).call('GET', '/docs');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/,
  );
  expect(text).toBe(docsPage());
  for (const { path, summary } of Object.values<Operation>(OPERATIONS)) {
    expect(text).toContain(path);
    expect(text).toContain(summary);
  }
  expect(text).not.toMatch(/<script|src=|href="http|@import|url\(/);
});

interface OpenApi {
  readonly openapi: string;
  readonly servers: object[];
  readonly paths: Record<string, Record<string, { security: object[]; responses: Record<string, object> }>>;
  readonly components: { readonly schemas: Record<string, object> };
}
