import { createHash, randomBytes } from 'node:crypto';
import type { OidcAnswer, OidcTransport } from '../transport.ts';
import { changed, type Changes, type Misbehaviour } from './misbehaviour.ts';
import { compactJws, jwkOf, testKey } from './test-provider-keys.ts';

export interface TestProviderOptions {
  /** Default `https://idp.example`. */
  readonly issuer?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
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
  readonly clientId: string;
  readonly clientSecret: string;
  misbehaviour: Misbehaviour = {};
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  private readonly codes = new Map<string, PendingCode>();
  private readonly clock: () => Date;

  constructor({
    issuer = 'https://idp.example',
    clientId = 'rolecall',
    clientSecret = 's&cret~1',
    clock,
  }: TestProviderOptions) {
    this.issuer = issuer;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.clock = clock;
  }

  readonly transport: OidcTransport = {
    get: async (url) => this.answer(url, () => this.document(url)),
    postForm: async (url, form, headers) => this.answer(url, () => this.tokens(form, headers['authorization'])),
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
    const wrong = pathname === '/token' ? answers?.token : pathname === '/jwks' ? answers?.jwks : answers?.discovery;
    if (wrong?.fails !== undefined) throw Object.assign(new Error('the test transport gave up'), { code: wrong.fails });
    if (wrong === undefined) return right();
    return { status: wrong.status ?? 200, body: Buffer.from((wrong.body ?? '').repeat(wrong.repeat ?? 1)) };
  }

  private document(url: string): OidcAnswer {
    const { keys = ['rsa'], key, privateParts, moreKeys = [], discovery } = this.misbehaviour;
    if (url === `${this.issuer}/jwks`) {
      const published = keys.map((kid) => changed({ ...jwkOf(testKey(kid), privateParts) }, key));
      return json(200, { keys: [...published, ...moreKeys] });
    }
    if (url !== `${this.issuer}/.well-known/openid-configuration`) return json(404, {});
    const right = {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/jwks`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
    };
    return json(200, changed(right, discovery));
  }

  private tokens(form: URLSearchParams, authorization: string | undefined): OidcAnswer {
    if (!this.isClient(form, authorization)) return json(401, { error: 'invalid_client' });
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
    const right = { access_token: accessToken, token_type: 'Bearer', id_token: this.idToken(pending, accessToken) };
    return json(200, changed(right, this.misbehaviour.token));
  }

  private isClient(form: URLSearchParams, authorization: string | undefined): boolean {
    const pair = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    const basic = pair.map((part) => new URLSearchParams(`v=${part}`).get('v'));
    const [id, secret] = authorization === undefined ? [form.get('client_id'), form.get('client_secret')] : basic;
    return id === this.clientId && secret === this.clientSecret;
  }

  private idToken({ claims: person, request }: PendingCode, accessToken: string): string {
    const { header, claims, times = {}, signedWith = 'rsa', secret, tampered, padding = 0 } = this.misbehaviour;
    const key = testKey(signedWith);
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
    const relative = Object.fromEntries(Object.entries(times).map(([name, seconds]) => [name, now + seconds]));
    const padded = padding > 0 ? { padding: 'p'.repeat(padding) } : {};
    const payload = { ...changed(right, claims), ...relative, ...padded };
    const protectedHeader = changed({ alg: 'RS256', kid: 'rsa', typ: 'JWT' }, header);
    const publicPem = testKey('rsa').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const shared = { none: undefined, 'public key': publicPem, 'client secret': this.clientSecret };
    const signed = compactJws(protectedHeader, payload, secret === undefined ? key.privateKey : shared[secret]);
    if (tampered === undefined) return signed;
    const [head = '', , signature = ''] = signed.split('.');
    return [head, Buffer.from(JSON.stringify(changed(payload, tampered))).toString('base64url'), signature].join('.');
  }
}

function json(status: number, body: object): OidcAnswer {
  return { status, body: Buffer.from(JSON.stringify(body)) };
}
