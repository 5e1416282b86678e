import { compactVerify, createRemoteJWKSet } from 'jose';
import { startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

it('publishes the keys by which others check what it signs', async () => {
  const options = { type: 'rolecall-receipt+jwt', now: new Date() };
  const jws = await api.database.database.signingKeys.signJws({ user: 'u' }, options);
  const published = createRemoteJWKSet(new URL('/.well-known/jwks.json', api.client.url));
  const { payload } = await compactVerify(jws, published, { algorithms: ['EdDSA'] });
  expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ user: 'u' });
});

it('publishes nothing private, to everybody (security.md 46)', async () => {
  const { status, text, headers } = await api.client.with(undefined).call('GET', '/.well-known/jwks.json');
  expect([status, headers.get('content-type')]).toEqual([200, 'application/jwk-set+json; charset=utf-8']);
  expect(text).not.toContain('"d"');
});
