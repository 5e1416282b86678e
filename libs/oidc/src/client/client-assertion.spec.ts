import { generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader, decodeJwt } from 'jose';
import { OidcProviders } from '../discovery/providers.ts';
import { startAuthorization } from '../authorization/start-authorization.ts';
import { TestOpenIdProvider } from '../testing/index.ts';
import { answerOf, connectionTo, queryOf } from '../testing/run-case.ts';
import { publicKeySet } from './client-assertion.ts';
import type { ClientKey, ClientKeys } from './client-credentials.ts';

const now = new Date('2026-03-02T09:00:00Z');
const pem = (pair: { privateKey: { export(options: object): string | Buffer } }): ClientKey => ({
  privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});
const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2_048 }));
const ec = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const credentials: ClientKeys = { keys: [rsa, ec], audience: 'issuer', algorithm: 'RS256' };

async function begun(given: ClientKeys, algorithms?: readonly string[]) {
  const provider = new TestOpenIdProvider({
    clock: () => now,
    clientKeys: async () => publicKeySet([rsa, ec]),
  });
  const assertions: string[] = [];
  const transport = {
    ...provider.transport,
    postForm: (url: string, form: URLSearchParams, headers: Readonly<Record<string, string>>) => {
      assertions.push(form.get('client_assertion') ?? '');
      return provider.transport.postForm(url, form, headers);
    },
  };
  provider.misbehaviour = { discovery: { token_endpoint_auth_signing_alg_values_supported: algorithms ?? null } };
  const providers = new OidcProviders({ transport, allowHttp: false });
  const connection = { ...connectionTo(provider), credentials: given };
  const signIn = async () => {
    const started = startAuthorization(connection, await providers.metadata(connection.provider, now), 'state');
    const query = queryOf(provider.authorize(started.url, { sub: 'eve' }));
    return answerOf({ ...started, connection, startedAt: now }, providers, query, now);
  };
  return { provider, signIn, assertions };
}

describe('a client assertion', () => {
  it.each([
    ['no list of algorithms', undefined, 'RS256'],
    ['RS256 among others', ['ES256', 'PS256', 'RS256'], 'RS256'],
    ['PS256 and ES256, as FAPI asks', ['PS256', 'ES256'], 'PS256'],
    ['ES256 alone', ['ES256'], 'ES256'],
  ])('is accepted by a provider with %s', async (_, algorithms, alg) => {
    const { provider, signIn, assertions } = await begun(credentials, algorithms);
    await expect(signIn()).resolves.toMatchObject({ sub: 'eve' });
    expect(provider.clientAuthentication).toBe('private_key_jwt');
    expect(decodeProtectedHeader(assertions[0]!)).toMatchObject({ alg, typ: 'JWT' });
  });

  it('is for the issuer, one minute long, and another one each time', async () => {
    const { signIn, assertions } = await begun(credentials);
    await signIn();
    await signIn();
    const [one, two] = assertions.map(decodeJwt);
    const iat = now.getTime() / 1_000;
    expect(one).toEqual({
      iss: 'rolecall',
      sub: 'rolecall',
      aud: 'https://idp.example',
      iat,
      exp: iat + 60,
      jti: expect.any(String),
    });
    expect(one!.jti).not.toBe(two!.jti);
  });

  it('is for the token endpoint where a provider wants that', async () => {
    const { signIn, assertions } = await begun({ ...credentials, audience: 'token_endpoint' });
    await signIn();
    expect(decodeJwt(assertions[0]!).aud).toBe('https://idp.example/token');
  });

  it('of a key that the provider does not know is refused', async () => {
    const other = pem(generateKeyPairSync('rsa', { modulusLength: 2_048 }));
    const { signIn } = await begun({ ...credentials, keys: [other] });
    await expect(signIn()).rejects.toMatchObject({ code: 'token_request_refused' });
  });
});

it('publishes public keys with their ids, and nothing private', () => {
  const { keys } = publicKeySet([rsa, ec]);
  expect(keys).toMatchObject([
    { kty: 'RSA', use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) },
    { kty: 'EC', crv: 'P-256', use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) },
  ]);
  for (const key of keys) expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']));
});
