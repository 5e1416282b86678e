import { SAML } from '@node-saml/node-saml';
import { completeAuthorization, OidcProviders, type OidcTransport, startAuthorization } from '@rolecall/oidc';
import {
  createAuthnRequest,
  parseIdpMetadata,
  type SamlConnection,
  serviceProviderMetadata,
  verifyResponse,
} from '@rolecall/saml';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CookieJar } from 'tough-cookie';
import { type DemoKeys, demoKeys } from './keys.ts';
import { DEMO_CLIENT } from './oidc-client.ts';
import { demoIdp } from './server.ts';

const directory = mkdtempSync(join(tmpdir(), 'demo-idp-'));
const closing: Server[] = [];
let keys: DemoKeys;
let spKeys: DemoKeys;
let gateway: string;
let idp: string;
let spMetadata: string;

beforeAll(async () => {
  // samlify misses single logout, oidc-provider a database: both meant so here.
  jest.spyOn(console, 'warn').mockImplementation();
  keys = await demoKeys(directory, new Date());
  spKeys = await demoKeys(join(directory, 'sp'), new Date());
  const spServer = createServer((_request, response) => response.end(spMetadata)).listen(0, '127.0.0.1');
  const idpServer = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
  closing.push(spServer, idpServer);
  await Promise.all(closing.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  gateway = `http://127.0.0.1:${(spServer.address() as AddressInfo).port}`;
  idp = `http://127.0.0.1:${(idpServer.address() as AddressInfo).port}`;
  const handle = demoIdp({ url: idp, gateway, keys, signMessage: true });
  spMetadata = provider().generateServiceProviderMetadata(null, spKeys.signing.certificate);
});

afterAll(() => {
  for (const server of closing) server.close();
  rmSync(directory, { recursive: true });
});

/** An independent service provider; it signs its requests and wants both signatures. */
function provider(changes: { privateKey?: string; forceAuthn?: boolean; callbackUrl?: string } = {}): SAML {
  return new SAML({
    issuer: `${gateway}/saml/acme/demo/metadata`,
    callbackUrl: `${gateway}/saml/acme/demo/acs`,
    audience: `${gateway}/saml/acme/demo/metadata`,
    entryPoint: `${idp}/saml/sso`,
    idpCert: keys.signing.certificate,
    privateKey: spKeys.signing.privateKey,
    publicCert: spKeys.signing.certificate,
    signatureAlgorithm: 'sha256',
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    ...changes,
  });
}

/** A browser without a window: keeps cookies, follows nothing. */
function browser() {
  const jar = new CookieJar();
  return async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { cookie: await jar.getCookieString(url) },
    });
    for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url);
    return { response, status: response.status, text: await response.text() };
  };
}

const field = (page: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';

/** Answers the login page that stands at `url`. */
async function choose(open: ReturnType<typeof browser>, url: string, person: string) {
  const body = new URLSearchParams({ ...Object.fromEntries(new URL(url).searchParams), person });
  return open(`${idp}/saml/sso`, { method: 'POST', body });
}

test('a signed request, a person chosen: an independent service provider accepts the answer', async () => {
  const open = browser();
  const saml = provider();
  const url = await saml.getAuthorizeUrlAsync('relay/ & state', undefined, {});

  expect((await open(url)).text).toContain('Eve Engineer');
  const answer = await choose(open, url, 'ida@acme.com');

  expect(field(answer.text, 'RelayState')).toBe('relay/ & state');
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: field(answer.text, 'SAMLResponse') });
  expect(profile).toMatchObject({
    issuer: `${idp}/saml/metadata`,
    nameID: 'ida@acme.com',
    role_mapping: 'engineering',
    groups: ['acme-admins', 'engineering'],
  });
});

test('Rolecall’s own verifier accepts the answer to its own signed request', async () => {
  const now = new Date();
  const metadata = await (await fetch(`${idp}/saml/metadata`)).text();
  const connection: SamlConnection = {
    id: 'test',
    spEntityId: `${gateway}/saml/acme/demo/metadata`,
    acsUrl: `${gateway}/saml/acme/demo/acs`,
    idp: parseIdpMetadata(metadata, { now, allowHttp: true }),
    forceAuthn: true,
    signing: spKeys.signing,
  };
  spMetadata = serviceProviderMetadata(connection);
  const { id, url } = createAuthnRequest(connection, { relayState: 'state', now });

  const answer = await choose(browser(), url, 'vic@acme.com');

  const unverifiedResponse = field(answer.text, 'SAMLResponse');
  const verified = await verifyResponse({ unverifiedResponse, connection, now: new Date() });
  expect(verified).toMatchObject({ inResponseTo: id, nameId: { value: 'vic@acme.com' } });
  expect(verified.attributes.get('groups')).toEqual(['vip']);
});

test('its own session answers the next request at once, and not one that forces authentication', async () => {
  const open = browser();
  await choose(open, await provider().getAuthorizeUrlAsync('', undefined, {}), 'eve@acme.com');

  const again = await open(await provider().getAuthorizeUrlAsync('', undefined, {}));
  const forced = await open(await provider({ forceAuthn: true }).getAuthorizeUrlAsync('', undefined, {}));

  expect(field(again.text, 'SAMLResponse')).not.toBe('');
  expect(forced.text).toContain('Sign in as');
  expect(field(forced.text, 'SAMLResponse')).toBe('');
});

test.each([
  [
    'a service provider elsewhere',
    () => provider({}),
    'http://127.0.0.1:9/metadata',
    'only answers service providers at',
  ],
  [
    'an ACS that the metadata does not name',
    () => provider({ callbackUrl: 'http://127.0.0.1:9/acs' }),
    '',
    'may only go to',
  ],
  ['a request signed by another key', () => provider({ privateKey: keys.signing.privateKey }), '', 'does not verify'],
])('%s is refused', async (_name, make, issuer, message) => {
  const saml = make();
  if (issuer) saml.options.issuer = issuer;
  const { status, text } = await browser()(await saml.getAuthorizeUrlAsync('', undefined, {}));
  expect(status).toBe(400);
  expect(text).toContain(message);
});

test('a test changes what is said of a person', async () => {
  const saml = provider();
  const change = await fetch(`${idp}/demo/people`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'gus@globex.com', attributes: { department: ['R&D'], groups: [] } }),
  });
  const url = await saml.getAuthorizeUrlAsync('', undefined, {});
  const answer = await choose(browser(), url, 'gus@globex.com');
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: field(answer.text, 'SAMLResponse') });

  expect(change.status).toBe(200);
  expect(profile).toMatchObject({ department: 'R&D' });
  expect(profile).not.toHaveProperty('groups');
});

test('OpenID Connect: Rolecall’s own relying party accepts the answer, with the claims of the person', async () => {
  const now = new Date();
  const read = async (response: Response) => ({ status: response.status, body: await response.bytes() });
  const transport: OidcTransport = {
    get: async (url, headers) => read(await fetch(url, { headers })),
    postForm: async (url, body, headers) => read(await fetch(url, { method: 'POST', body, headers })),
  };
  const providers = new OidcProviders({ transport, allowHttp: true });
  const issuer = `${idp}/oidc`;
  const { id: clientId, secret } = DEMO_CLIENT;
  const provider = { issuer };
  const redirectUri = `${gateway}/oidc/callback`;
  const connection = { id: 'test', provider, clientId, credentials: { secret }, redirectUri, userinfo: true };
  const started = startAuthorization(connection, await providers.metadata(provider, now), 'abc');

  const open = browser();
  let { response } = await open(started.url);
  const login = new URL(response.headers.get('location') ?? '', idp).href;
  expect((await open(login)).text).toContain('Vic Support');
  ({ response } = await open(login, { method: 'POST', body: new URLSearchParams({ person: 'ida@acme.com' }) }));
  ({ response } = await open(response.headers.get('location') ?? ''));
  const { state, ...query } = Object.fromEntries(new URL(response.headers.get('location') ?? '').searchParams);

  expect(state).toBe('abc');
  const token = await completeAuthorization(query, { ...started, connection, startedAt: now }, providers, now);
  expect(token).toMatchObject({ issuer, sub: 'ida@acme.com', emailVerified: true });
  expect(Object.fromEntries(token.claims)).toMatchObject({
    email: ['ida@acme.com'],
    given_name: ['Ida'],
    family_name: ['Admin'],
    name: ['Ida Admin'],
    role_mapping: ['engineering'],
    department: ['Engineering'],
    groups: ['acme-admins', 'engineering'],
  });
  const again = completeAuthorization(query, { ...started, connection, startedAt: now }, providers, now);
  await expect(again).rejects.toMatchObject({ code: 'token_request_refused', detail: { got: 'invalid_grant' } });
});
