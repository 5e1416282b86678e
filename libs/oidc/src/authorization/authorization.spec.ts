import { createHash } from 'node:crypto';
import { OidcProviders } from '../discovery/providers.ts';
import { answerOf, connectionTo, queryOf } from '../testing/run-case.ts';
import { TestOpenIdProvider } from '../testing/index.ts';
import { completeAuthorization } from './complete-authorization.ts';
import { startAuthorization } from './start-authorization.ts';

const now = new Date('2026-03-02T09:00:00Z');
const provider = new TestOpenIdProvider({ clock: () => now });
const providers = new OidcProviders({ transport: provider.transport, allowHttp: false });
const metadata = () => providers.metadata(provider.issuer, now);

describe('the authorization request', () => {
  it('asks for a code with PKCE S256 and a nonce, and keeps both secrets', async () => {
    const { url, nonce, codeVerifier } = startAuthorization(connectionTo(provider, 'acme.com'), await metadata(), 's');
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe('https://idp.example/authorize');
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'rolecall',
      redirect_uri: 'https://sso.example.com/oidc/callback',
      scope: 'openid email profile',
      state: 's',
      nonce,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      hd: 'acme.com',
    });
    expect([nonce, codeVerifier].map((text) => Buffer.from(text, 'base64url').length)).toEqual([32, 32]);
  });

  it('makes new secrets every time, and keeps what the endpoint has in its query', async () => {
    const endpoint = { ...(await metadata()), authorizationEndpoint: 'https://idp.example/authorize?p=b2c&state=x' };
    const [one, two] = [1, 2].map(() => startAuthorization(connectionTo(provider), endpoint, 's'));
    expect(new URL(one!.url).searchParams.get('p')).toBe('b2c');
    expect(new URL(one!.url).searchParams.getAll('state')).toEqual(['s']);
    expect(one!.nonce).not.toBe(two!.nonce);
    expect(one!.codeVerifier).not.toBe(two!.codeVerifier);
  });
});

describe('the callback', () => {
  async function begun(clientId?: string) {
    const connection = { ...connectionTo(provider), ...(clientId ? { clientId } : {}) };
    const started = startAuthorization(connection, await metadata(), 'state');
    const query = queryOf(provider.authorize(started.url, { sub: 'eve', groups: ['a', 'b'], level: 3, address: {} }));
    return { pending: { ...started, connection }, query };
  }

  it('gives the verified claims as facts, without what is about the message', async () => {
    const { pending, query } = await begun();
    const { claims, ...token } = await answerOf(pending, providers, query, now);
    expect(token).toEqual({
      connectionId: 'organization/google',
      issuer: 'https://idp.example',
      sub: 'eve',
      emailVerified: false,
    });
    expect(Object.fromEntries(claims)).toEqual({
      iss: ['https://idp.example'],
      sub: ['eve'],
      groups: ['a', 'b'],
      level: ['3'],
    });
  });

  it.each([
    ['without the code verifier of the login', { codeVerifier: 'another' }, 'token_request_refused'],
    ['with the nonce of another login', { nonce: 'another' }, 'id_token_nonce_mismatch'],
  ])('is refused %s', async (_, other, code) => {
    const { pending, query } = await begun();
    await expect(answerOf({ ...pending, ...other }, providers, query, now)).rejects.toMatchObject({ code });
  });

  it('is refused with the code of another client', async () => {
    const { pending, query } = await begun('another');
    const connection = connectionTo(provider);
    await expect(completeAuthorization(query, { ...pending, connection }, providers, now)).rejects.toMatchObject({
      code: 'token_request_refused',
    });
  });

  it('is refused when the code comes a second time', async () => {
    const { pending, query } = await begun();
    await answerOf(pending, providers, query, now);
    await expect(answerOf(pending, providers, query, now)).rejects.toMatchObject({ code: 'token_request_refused' });
  });

  it('gives operators unverified text only cut and cleaned', async () => {
    const { pending } = await begun();
    const query = { iss: provider.issuer, error: 'x\u0000\u202e', error_description: 'd'.repeat(1_000) };
    const refused = answerOf(pending, providers, query, now);
    await expect(refused).rejects.toMatchObject({
      code: 'provider_refused',
      detail: { got: expect.stringMatching(/^x\uFFFD\uFFFD d{190,200}…$/) },
    });
  });
});
