import { connectionTo, queryOf } from '../testing/run-case.ts';
import { completeAuthorization } from '../authorization/complete-authorization.ts';
import { startAuthorization } from '../authorization/start-authorization.ts';
import type { VerifiedIdToken } from '../id-token.ts';
import { TestOpenIdProvider } from '../testing/index.ts';
import { OidcProviders } from './providers.ts';
import { Remembered } from './remembered.ts';

describe('what is remembered of a provider', () => {
  let now: Date;
  let provider: TestOpenIdProvider;
  let providers: OidcProviders;
  beforeEach(() => {
    now = new Date('2026-03-02T09:00:00Z');
    provider = new TestOpenIdProvider({ clock: () => now });
    providers = new OidcProviders({ transport: provider.transport, allowHttp: false });
  });

  const pass = (seconds: number) => (now = new Date(now.getTime() + seconds * 1_000));
  const asked = (path: string) => provider.asked.filter((each) => each === path).length;
  const rotate = () => (provider.misbehaviour = { keys: ['next'], header: { kid: 'next' }, signedWith: 'next' });
  async function signIn(): Promise<VerifiedIdToken> {
    const connection = connectionTo(provider);
    const started = startAuthorization(connection, await providers.metadata(connection.provider, now), 'state');
    const query = queryOf(provider.authorize(started.url, { sub: 'eve' }));
    return completeAuthorization(query, { ...started, connection, startedAt: now }, providers, now);
  }

  it('asks once for document and keys, however many log in at once, and again after 10 minutes', async () => {
    await Promise.all([signIn(), signIn(), signIn()]);
    pass(599);
    await signIn();
    expect([asked('/.well-known/openid-configuration'), asked('/jwks'), asked('/token')]).toEqual([1, 1, 4]);
    pass(1);
    await signIn();
    expect([asked('/.well-known/openid-configuration'), asked('/jwks')]).toEqual([2, 2]);
  });

  it('looks for a new key at once, and no login fails while the provider changes keys', async () => {
    await signIn();
    pass(31);
    rotate();
    await expect(signIn()).resolves.toMatchObject({ sub: 'eve' });
    expect(asked('/jwks')).toBe(2);
  });

  it('looks for made-up key ids at most once in 30 seconds', async () => {
    await signIn();
    provider.misbehaviour = { header: { kid: 'made up' } };
    for (let second = 0; second < 60; second++) {
      pass(1);
      await expect(signIn()).rejects.toMatchObject({ code: 'id_token_key_unknown' });
    }
    expect(asked('/jwks')).toBe(3);
  });

  it('lets nobody in when the document names another issuer one day (O15)', async () => {
    await signIn();
    provider.misbehaviour = { discovery: { issuer: 'https://evil.example' } };
    await expect(signIn()).resolves.toMatchObject({ sub: 'eve' });
    pass(600);
    await expect(signIn()).rejects.toMatchObject({ code: 'discovery_issuer_mismatch' });
  });

  it('asks a provider that does not answer once in 5 seconds, however many log in', async () => {
    provider.misbehaviour = { answers: { discovery: { status: 503 } } };
    const refused = { code: 'discovery_unreachable' };
    await Promise.all([1, 2, 3].map(() => expect(signIn()).rejects.toMatchObject(refused)));
    pass(4);
    await expect(signIn()).rejects.toMatchObject(refused);
    expect(asked('/.well-known/openid-configuration')).toBe(1);
    provider.misbehaviour = {};
    pass(1);
    await expect(signIn()).resolves.toMatchObject({ sub: 'eve' });
  });

  it('goes on with the keys that it has while made-up key ids find the key set down', async () => {
    await signIn();
    pass(31);
    provider.misbehaviour = { answers: { jwks: { status: 503 } }, header: { kid: 'made up' } };
    await expect(signIn()).rejects.toMatchObject({ code: 'jwks_unreachable' });
    provider.misbehaviour = { answers: { jwks: { status: 503 } } };
    await expect(signIn()).resolves.toMatchObject({ sub: 'eve' });
    expect(asked('/jwks')).toBe(2);
  });

  it('remembers two documents of one issuer apart', async () => {
    await providers.metadata({ issuer: provider.issuer }, now);
    const elsewhere = { issuer: provider.issuer, configurationUrl: `${provider.issuer}/other` };
    await expect(providers.metadata(elsewhere, now)).rejects.toMatchObject({ code: 'discovery_unreachable' });
    await expect(signIn()).resolves.toMatchObject({ sub: 'eve' });
  });

  it('forgets the oldest of very many', async () => {
    const memory = new Remembered<string>(2);
    const fetched: string[] = [];
    const get = (key: string) =>
      memory.get(key, now, 1_000, async () => {
        fetched.push(key);
        return key;
      });
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await get(key);
    expect(fetched).toEqual(['a', 'b', 'c', 'a']);
  });

  it('does not call a fault of our own a failure of the provider', async () => {
    const broken = new OidcProviders({
      transport: { ...provider.transport, get: () => Promise.reject(new TypeError('ours')) },
      allowHttp: false,
    });
    await expect(broken.metadata({ issuer: provider.issuer }, now)).rejects.toThrow(TypeError);
  });
});
