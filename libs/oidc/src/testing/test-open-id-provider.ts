import { createHash, type JsonWebKey, randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { OidcAnswer, OidcTransport } from '../transport.ts';
import { changed, type Changes, type Misbehaviour } from './misbehaviour.ts';
import { compactJws, jwkOf, testKey } from './test-provider-keys.ts';

export interface TestProviderOptions {
  /** Default `https://idp.example`. */
  readonly issuer?: string;
  /** Below which its endpoints and its configuration document are; default the issuer. */
  readonly address?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Of a client that authenticates by `private_key_jwt`: verifies its assertion instead of a secret. */
  readonly clientKeys?: () => Promise<{ readonly keys: readonly JsonWebKey[] }>;
  readonly clock: () => Date;
}

interface PendingCode {
  readonly claims: Changes;
  readonly request: URLSearchParams;
}

/**
 * TEST ONLY. An OpenID provider in memory that does everything right (client authentication, one-time codes, PKCE, redirect
 * URI) unless `misbehaviour` says otherwise; `transport` is the only way to it.
 */
export class TestOpenIdProvider {
  readonly issuer: string;
  readonly address: string;
  readonly clientId: string;
  readonly clientSecret: string;
  misbehaviour: Misbehaviour = {};
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  /** How the client authenticated at the last token request. */
  clientAuthentication: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | undefined;
  private readonly codes = new Map<string, PendingCode>();
  private readonly subjects = new Map<string, unknown>();
  private readonly usedAssertions = new Set<string>();
  private readonly clientKeys: TestProviderOptions['clientKeys'];
  private readonly clock: () => Date;

  constructor({
    issuer = 'https://idp.example',
    address = issuer,
    clientId = 'rolecall',
    clientSecret = 's&cret~1',
    clientKeys,
    clock,
  }: TestProviderOptions) {
    this.issuer = issuer;
    this.address = address;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.clientKeys = clientKeys;
    this.clock = clock;
  }

  readonly transport: OidcTransport = {
    get: async (url, headers) => this.answer(url, () => this.document(url, headers?.['authorization'])),
    postForm: async (url, form, headers) => {
      const client = await this.isClient(form, headers['authorization']);
      return this.answer(url, () => (client ? this.tokens(form) : json(401, { error: 'invalid_client' })));
    },
  };

  /** Signs somebody in at the authorization endpoint: the callback's address that the browser is sent to. */
  authorize(authorizationUrl: string, claims: Changes): URL {
    const { searchParams: request } = new URL(authorizationUrl);
    const code = randomBytes(16).toString('base64url');
    this.codes.set(code, { claims, request });
    const callback = new URL(request.get('redirect_uri') ?? '');
    const parameters = changed({ code, state: request.get('state'), iss: this.issuer }, this.misbehaviour.callback);
    for (const [name, value] of Object.entries(parameters)) {
      for (const each of Array.isArray(value) ? value : [value]) callback.searchParams.append(name, String(each));
    }
    return callback;
  }

  private answer(url: string, right: () => OidcAnswer): OidcAnswer {
    const { pathname } = new URL(url);
    this.asked.push(pathname);
    const { answers } = this.misbehaviour;
    const [last = ''] = pathname.split('/').slice(-1);
    const wrong = last === 'token' || last === 'jwks' || last === 'userinfo' ? answers?.[last] : answers?.discovery;
    if (wrong?.fails !== undefined) throw Object.assign(new Error('the test transport gave up'), { code: wrong.fails });
    if (wrong === undefined) return right();
    return { status: wrong.status ?? 200, body: Buffer.from((wrong.body ?? '').repeat(wrong.repeat ?? 1)) };
  }

  private document(url: string, authorization: string | undefined): OidcAnswer {
    if (url === `${this.address}/userinfo`) return this.userinfo(authorization);
    const { keys = ['rsa'], key, privateParts, moreKeys = [], discovery } = this.misbehaviour;
    if (url === `${this.address}/jwks`) {
      const published = keys.map((kid) => changed({ ...jwkOf(testKey(kid), privateParts) }, key));
      return json(200, { keys: [...published, ...moreKeys] });
    }
    if (url !== `${this.address}/.well-known/openid-configuration`) return json(404, {});
    const right = {
      issuer: this.issuer,
      authorization_endpoint: `${this.address}/authorize`,
      token_endpoint: `${this.address}/token`,
      jwks_uri: `${this.address}/jwks`,
      userinfo_endpoint: `${this.address}/userinfo`,
      end_session_endpoint: `${this.address}/logout`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      authorization_response_iss_parameter_supported: true,
    };
    return json(200, changed(right, discovery));
  }

  private userinfo(authorization: string | undefined): OidcAnswer {
    const token = authorization?.replace(/^Bearer /, '') ?? '';
    if (!this.subjects.has(token)) return json(401, { error: 'invalid_token' });
    return json(200, changed({ sub: this.subjects.get(token) }, this.misbehaviour.userinfo));
  }

  private tokens(form: URLSearchParams): OidcAnswer {
    const pending = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const mine =
      pending?.request.get('code_challenge') === challenge &&
      pending.request.get('redirect_uri') === form.get('redirect_uri') &&
      pending.request.get('client_id') === this.clientId;
    if (!mine) return json(400, { error: 'invalid_grant' });
    const accessToken = randomBytes(16).toString('base64url');
    this.subjects.set(accessToken, pending.claims['sub']);
    const right = { access_token: accessToken, token_type: 'Bearer', id_token: this.idToken(pending, accessToken) };
    return json(200, changed(right, this.misbehaviour.token));
  }

  private async isClient(form: URLSearchParams, authorization: string | undefined): Promise<boolean> {
    const posted = form.has('client_assertion') ? 'private_key_jwt' : 'client_secret_post';
    this.clientAuthentication = authorization === undefined ? posted : 'client_secret_basic';
    const ways = [authorization !== undefined, form.has('client_secret'), form.has('client_assertion')];
    if (ways.filter(Boolean).length !== 1) return false;
    return form.has('client_assertion')
      ? this.isAsserted(form).catch(() => false)
      : this.hasSecret(form, authorization);
  }

  /** RFC 7523 §3: for us, by one of the client's keys, alive for a minute at most, and once. */
  private async isAsserted(form: URLSearchParams): Promise<boolean> {
    if (!this.clientKeys) return false;
    const { clientId: issuer, clientId: subject } = this;
    const audience = [this.issuer, `${this.address}/token`];
    const options = {
      issuer,
      subject,
      audience,
      currentDate: this.clock(),
      maxTokenAge: 60,
      requiredClaims: ['jti', 'exp'],
    };
    const keySet = createLocalJWKSet(JSON.parse(JSON.stringify(await this.clientKeys())) as JSONWebKeySet);
    const { payload } = await jwtVerify(form.get('client_assertion') ?? '', keySet, options);
    const { jti = '', iat = 0, exp = 0 } = payload;
    const fresh = !this.usedAssertions.has(jti) && exp - iat <= 60 && form.get('client_id') === issuer;
    this.usedAssertions.add(jti);
    return fresh;
  }

  private hasSecret(form: URLSearchParams, authorization: string | undefined): boolean {
    const pair = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    const basic = pair.map((part) => new URLSearchParams(`v=${part}`).get('v'));
    const [id, secret] = authorization === undefined ? [form.get('client_id'), form.get('client_secret')] : basic;
    return id === this.clientId && secret === this.clientSecret;
  }

  /** A logout token for the client (Back-Channel Logout §2.4); `whose` says `sub`, `sid` or both. */
  logoutToken(whose: Changes): string {
    const now = Math.floor(this.clock().getTime() / 1_000);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const jti = randomBytes(16).toString('base64url');
    const right = { iss: this.issuer, aud: this.clientId, iat: now, exp: now + 120, jti, events, ...whose };
    return this.signed(right, 'logout+jwt');
  }

  private idToken({ claims: person, request }: PendingCode, accessToken: string): string {
    const now = Math.floor(this.clock().getTime() / 1_000);
    const right = {
      iss: this.issuer,
      aud: this.clientId,
      iat: now,
      exp: now + 300,
      nonce: request.get('nonce'),
      at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
      ...person,
    };
    return this.signed(right, 'JWT');
  }

  /** Claims as a token, as the misbehaviour has it. */
  private signed(right: Changes, typ: string): string {
    const { header, claims, times = {}, signedWith = 'rsa', secret, tampered, padding = 0 } = this.misbehaviour;
    const key = testKey(signedWith);
    const now = Math.floor(this.clock().getTime() / 1_000);
    const relative = Object.fromEntries(Object.entries(times).map(([name, seconds]) => [name, now + seconds]));
    const padded = padding > 0 ? { padding: 'p'.repeat(padding) } : {};
    const payload = { ...changed(right, claims), ...relative, ...padded };
    const protectedHeader = changed({ alg: 'RS256', kid: 'rsa', typ }, header);
    const publicPem = testKey('rsa').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const shared = { none: undefined, 'public key': publicPem, 'client secret': this.clientSecret };
    const token = compactJws(protectedHeader, payload, secret === undefined ? key.privateKey : shared[secret]);
    if (tampered === undefined) return token;
    const [head = '', , signature = ''] = token.split('.');
    return [head, Buffer.from(JSON.stringify(changed(payload, tampered))).toString('base64url'), signature].join('.');
  }
}

function json(status: number, body: object): OidcAnswer {
  return { status, body: Buffer.from(JSON.stringify(body)) };
}
