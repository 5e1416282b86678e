import { createHash, randomBytes } from 'node:crypto';
import type { TestBrowser } from './test-browser.ts';

export interface TestClient {
  readonly id: string;
  readonly redirectUri: string;
  /** Sent with HTTP Basic, or in the form. */
  readonly secret?: { readonly how: 'basic' | 'post'; readonly value: string };
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token: string;
  readonly expires_in: number;
}

/** What an endpoint answered. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** TEST ONLY. An application that signs users in by OpenID Connect, written by hand; nothing of it follows redirects by itself. */
export class TestApplication {
  readonly verifier = randomBytes(32).toString('base64url');

  constructor(
    /** Where the gateway listens. */
    private readonly address: string,
    private readonly client: TestClient,
  ) {}

  /** The same one, which asks another process. */
  at(address: string): TestApplication {
    return Object.assign(new TestApplication(address, this.client), { verifier: this.verifier });
  }

  /** Path of the authorization request; `undefined` leaves a parameter out. */
  authorize(changed: Readonly<Record<string, string | undefined>> = {}): string {
    const asked: Readonly<Record<string, string | undefined>> = {
      client_id: this.client.id,
      response_type: 'code',
      redirect_uri: this.client.redirectUri,
      scope: 'openid profile email roles',
      state: 'state-1',
      nonce: 'nonce-1',
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changed,
    };
    const given = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `/op/auth?${new URLSearchParams(given).toString()}`;
  }

  /** The code with which a browser that is signed in comes back. */
  async code(browser: TestBrowser, changed: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
    const back = await browser.get(this.authorize(changed));
    const location = new URL(back.headers.get('location') ?? 'about:blank');
    const code = location.searchParams.get('code');
    if (code === null) throw new Error(`no code: ${back.status} ${location.href} ${await back.text()}`);
    return code;
  }

  exchange(code: string, changed: Readonly<Record<string, string>> = {}): Promise<Answer<Tokens & { error?: string }>> {
    const { redirectUri: redirect_uri } = this.client;
    const grant = { grant_type: 'authorization_code', code, redirect_uri, code_verifier: this.verifier };
    return this.post('/op/token', { ...grant, ...changed });
  }

  refresh(token: string | undefined): Promise<Answer<Tokens & { error?: string }>> {
    return this.post('/op/token', { grant_type: 'refresh_token', refresh_token: token ?? '' });
  }

  async signIn(browser: TestBrowser): Promise<Tokens> {
    const { status, body } = await this.exchange(await this.code(browser));
    if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`);
    return body;
  }

  async userinfo(accessToken: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${accessToken}` };
    return answerOf(await fetch(`${this.address}/op/me`, { headers }));
  }

  introspect(token: string | undefined): Promise<Answer<{ active: boolean }>> {
    return this.post('/op/token/introspection', { token: token ?? '' });
  }

  revoke(token: string): Promise<Answer> {
    return this.post('/op/token/revocation', { token });
  }

  /** What the tokens are worth now: true = the endpoint still gives something for them. Uses the refresh token up. */
  async worth({ access_token: access, refresh_token: refresh }: Tokens): Promise<Readonly<Record<string, boolean>>> {
    return {
      userinfo: (await this.userinfo(access)).status === 200,
      accessIsActive: (await this.introspect(access)).body.active === true,
      refreshIsActive: (await this.introspect(refresh)).body.active === true,
      refreshed: (await this.refresh(refresh)).status === 200,
    };
  }

  private async post<T>(path: string, fields: Readonly<Record<string, string>>): Promise<Answer<T>> {
    const { id, secret } = this.client;
    const basic = secret?.how === 'basic' ? Buffer.from(`${id}:${secret.value}`).toString('base64') : undefined;
    const own: Record<string, string> = { client_id: id };
    if (secret?.how === 'post') own['client_secret'] = secret.value;
    const body = new URLSearchParams(basic === undefined ? { ...own, ...fields } : fields);
    const headers: Record<string, string> = basic === undefined ? {} : { authorization: `Basic ${basic}` };
    return answerOf(await fetch(this.address + path, { method: 'POST', body, headers }));
  }
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: (isJson ? JSON.parse(text) : { text }) as T, headers: response.headers };
}

/** TEST ONLY. What came of tokens whose session is over. */
export const WORTH_NOTHING = { userinfo: false, accessIsActive: false, refreshIsActive: false, refreshed: false };

/** TEST ONLY. What tokens of a live session are worth. */
export const WORTH_ALL = { userinfo: true, accessIsActive: true, refreshIsActive: true, refreshed: true };
