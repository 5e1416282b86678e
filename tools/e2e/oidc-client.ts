import { createHash, randomBytes } from 'node:crypto';

export interface ClientTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

/** An OpenID Connect client without a secret, by hand: no library of ours, and nothing that is remembered between calls. */
export class OidcClient {
  readonly #gateway: string;
  readonly #clientId: string;
  readonly #redirectUri: string;

  /** @param gateway its URL */
  constructor(gateway: string, clientId: string, redirectUri: string) {
    this.#gateway = gateway;
    this.#clientId = clientId;
    this.#redirectUri = redirectUri;
  }

  /** Tokens for the browser that has this cookie of the gateway. */
  async signIn(cookie: string): Promise<ClientTokens> {
    const verifier = randomBytes(32).toString('base64url');
    const asked = new URLSearchParams({
      client_id: this.#clientId,
      redirect_uri: this.#redirectUri,
      response_type: 'code',
      scope: 'openid profile email roles',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const back = await fetch(`${this.#gateway}/op/auth?${asked}`, { headers: { cookie }, redirect: 'manual' });
    const code = new URL(back.headers.get('location') ?? 'about:blank').searchParams.get('code');
    if (code === null) throw new Error(`no code: ${back.status} ${back.headers.get('location') ?? ''}`);
    const grant = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: this.#redirectUri };
    const response = await this.#post('token', grant);
    if (!response.ok) throw new Error(`no tokens: ${response.status} ${await response.text()}`);
    return (await response.json()) as ClientTokens;
  }

  /** undefined = refused. */
  async refresh(token: string): Promise<ClientTokens | undefined> {
    const response = await this.#post('token', { grant_type: 'refresh_token', refresh_token: token });
    const body: unknown = await response.json();
    return response.ok ? (body as ClientTokens) : undefined;
  }

  async isActive(token: string): Promise<boolean> {
    const response = await this.#post('token/introspection', { token });
    return ((await response.json()) as { readonly active?: boolean }).active === true;
  }

  async knowsUser(accessToken: string): Promise<boolean> {
    const response = await fetch(`${this.#gateway}/op/me`, { headers: { authorization: `Bearer ${accessToken}` } });
    await response.arrayBuffer();
    return response.ok;
  }

  async #post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const body = new URLSearchParams({ client_id: this.#clientId, ...fields });
    return fetch(`${this.#gateway}/op/${path}`, { method: 'POST', body });
  }
}
