import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compactJws, jwkOf, testKey } from '@rolecall/oidc/testing';

/** How a token differs from a right one; all of it can be written as JSON. */
export interface TokenChanges {
  /** Values laid over what is right; null takes the key away. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Time claims in seconds from now. */
  readonly times?: Readonly<Record<string, number>>;
  /** Name of the signing key; `rsa` is published. */
  readonly signedWith?: string;
  /** Instead of a key pair: nothing, or the public key as a shared secret. */
  readonly secret?: 'none' | 'public key';
  /** Claims changed after signing. */
  readonly tampered?: Readonly<Record<string, unknown>>;
  /** Length of one more claim. */
  readonly padding?: number;
}

/** The host of a pipeline: a real HTTP server with a configuration document and keys, as GitHub Actions and GitLab have them. */
export class TestIssuer {
  /** Names of the published keys. */
  keys: readonly string[] = ['rsa'];
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  issuer = '';
  readonly #http = createServer((request, response) => {
    const { url = '' } = request;
    this.asked.push(url);
    const answers: Readonly<Record<string, object>> = {
      '/.well-known/openid-configuration': { issuer: this.issuer, jwks_uri: `${this.issuer}/jwks` },
      '/jwks': { keys: this.keys.map((kid) => jwkOf(testKey(kid))) },
    };
    const answer = answers[url];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#http.listen(0, '127.0.0.1', resolve);
    });
    this.issuer = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
    return this.issuer;
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => {
      this.#http.close(resolve);
    });
  }

  /** The token of a job, with the claims that GitHub gives one in an environment. */
  token(audience: string, now: Date, changes: TokenChanges = {}): string {
    const { header = {}, claims = {}, times = {}, signedWith = 'rsa', secret, tampered, padding = 0 } = changes;
    const clock = Math.floor(now.getTime() / 1_000);
    const right = {
      iss: this.issuer,
      aud: audience,
      sub: 'repo:acme/config:environment:production',
      repository: 'acme/config',
      repository_owner: 'acme',
      ref: 'refs/heads/main',
      environment: 'production',
      actor: 'octocat',
      jti: crypto.randomUUID(),
      iat: clock,
      nbf: clock - 600,
      exp: clock + 300,
      ...(padding > 0 && { padding: 'p'.repeat(padding) }),
    };
    const relative = Object.fromEntries(Object.entries(times).map(([name, seconds]) => [name, clock + seconds]));
    const payload = without({ ...right, ...relative, ...claims });
    const protectedHeader = without({ alg: 'RS256', kid: 'rsa', typ: 'JWT', ...header });
    const publicPem = testKey('rsa').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const key = secret === undefined ? testKey(signedWith).privateKey : secret === 'none' ? undefined : publicPem;
    const token = compactJws(protectedHeader, payload, key);
    if (tampered === undefined) return token;
    const [head = '', , signature = ''] = token.split('.');
    const forged = Buffer.from(JSON.stringify(without({ ...payload, ...tampered }))).toString('base64url');
    return [head, forged, signature].join('.');
  }
}

function without(values: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
