import { createHash } from 'node:crypto';
import type { OidcConnection } from '../connection.ts';
import { OidcProviders } from '../discovery/providers.ts';
import { answerOf, connectionTo, queryOf } from '../testing/run-case.ts';
import { TestOpenIdProvider } from '../testing/index.ts';
import { completeAuthorization } from './complete-authorization.ts';
import { pinnedProvider } from './pinned-provider.ts';
import { startLogout } from '../logout/start-logout.ts';
import { startAuthorization } from './start-authorization.ts';

const now = new Date('2026-03-02T09:00:00Z');
const provider = new TestOpenIdProvider({ clock: () => now });
const providers = new OidcProviders({ transport: provider.transport, allowHttp: false });
const metadata = () => providers.metadata({ issuer: provider.issuer }, now);

describe('the authorization request', () => {
  it('asks for a code with PKCE S256 and a nonce, and keeps both secrets', async () => {
    const { url, nonce, codeVerifier } = startAuthorization(
      { ...connectionTo(provider), hostedDomain: 'acme.com' },
      await metadata(),
      's',
    );
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

  it('asks for what the connection wants of the authentication', async () => {
    const asked = async (differs: Partial<OidcConnection>) =>
      new URL(startAuthorization({ ...connectionTo(provider), ...differs }, await metadata(), 's').url).searchParams;
    const plain = await asked({});
    for (const name of ['max_age', 'prompt', 'acr_values', 'hd', 'response_mode']) expect(plain.has(name)).toBe(false);
    const wanting = await asked({ maxAge: 3_600, acrValues: ['phr', 'mfa'], scopes: ['groups', 'offline'] });
    expect(wanting.get('max_age')).toBe('3600');
    expect(wanting.get('acr_values')).toBe('phr mfa');
    expect(wanting.get('scope')).toBe('openid email profile groups offline');
    expect((await asked({ responseMode: 'form_post' })).get('response_mode')).toBe('form_post');
    const forced = await asked({ maxAge: 3_600, forceAuthn: true });
    expect([forced.get('max_age'), forced.get('prompt')]).toEqual(['0', 'login']);
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
    return { pending: { ...started, connection, startedAt: now }, query };
  }

  it('gives the verified claims as facts, without what is about the message', async () => {
    const { pending, query } = await begun();
    const { claims, ...token } = await answerOf(pending, providers, query, now);
    expect(token).toEqual({
      connectionId: 'organization/google',
      issuer: 'https://idp.example',
      sub: 'eve',
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
    const pinned = pinnedProvider(connection, await metadata());
    await expect(
      completeAuthorization(query, { ...pending, pinned, connection }, providers, now),
    ).rejects.toMatchObject({
      code: 'token_request_refused',
    });
  });

  it('sends the code nowhere else when the provider names another token endpoint meanwhile', async () => {
    const { pending, query } = await begun();
    const other = new OidcProviders({ transport: provider.transport, allowHttp: false });
    provider.misbehaviour = { discovery: { token_endpoint: 'https://thief.example/token' } };
    const before = provider.asked.length;
    const refused = answerOf(pending, other, query, now);
    await expect(refused).rejects.toMatchObject({
      code: 'provider_changed',
      detail: { want: 'tokenEndpoint https://idp.example/token', got: 'https://thief.example/token' },
    });
    provider.misbehaviour = {};
    expect(provider.asked.slice(before)).toEqual(['/.well-known/openid-configuration']);
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

describe('the way to a sign-out', () => {
  const postLogoutRedirectUri = 'https://sso.example.com/logged-out';

  it('names the client, the way back and the session, and no ID token', async () => {
    const connection = { ...connectionTo(provider), postLogoutRedirectUri };
    const url = new URL(startLogout(connection, await metadata(), 's1', 'state') ?? '');
    expect(url.origin + url.pathname).toBe('https://idp.example/logout');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'rolecall',
      post_logout_redirect_uri: postLogoutRedirectUri,
      state: 'state',
      logout_hint: 's1',
    });
    const without = startLogout(connection, await metadata(), undefined, 'state') ?? '';
    expect(new URL(without).searchParams.has('logout_hint')).toBe(false);
  });

  it('does not exist when it is off, or the provider has no endpoint that a browser may be sent to', async () => {
    const on = { ...connectionTo(provider), postLogoutRedirectUri };
    expect(startLogout(connectionTo(provider), await metadata(), undefined, 's')).toBeUndefined();
    for (const endpoint of [undefined, 7, 'javascript:alert(1)', 'http://idp.example/logout']) {
      const other = new TestOpenIdProvider({ clock: () => now });
      other.misbehaviour = { discovery: { end_session_endpoint: endpoint ?? null } };
      const known = new OidcProviders({ transport: other.transport, allowHttp: false });
      const read = await known.metadata({ issuer: other.issuer }, now);
      expect(startLogout(on, read, undefined, 's')).toBeUndefined();
    }
  });
});
