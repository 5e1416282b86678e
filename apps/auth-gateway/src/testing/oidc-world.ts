import { type OidcTransport, publicKeySet } from '@rolecall/oidc';
import { TestOpenIdProvider } from '@rolecall/oidc/testing';
import { openIdProviderOf } from '@rolecall/org-config';
import type { OidcIdentityProvider, OrganizationSpec } from '@rolecall/org-config';
import type { TestBrowser } from './test-browser.ts';
import { CLIENT_KEYS, type TestGateway } from './test-gateway.ts';
import { TestWorld } from './test-world.ts';

type Claims = Readonly<Record<string, unknown>>;

/** TEST ONLY. Organizations whose identity providers are OpenID providers in memory, each issuer its own. */
export class OidcWorld {
  private constructor(
    readonly world: TestWorld,
    readonly providers: ReadonlyMap<string, TestOpenIdProvider>,
  ) {}

  static async open(specs: Readonly<Record<string, OrganizationSpec>>): Promise<OidcWorld> {
    const providers = new Map<string, TestOpenIdProvider>();
    const world = await TestWorld.open(specs, SECRET);
    for (const { identityProviders = {} } of Object.values(specs)) {
      for (const declared of Object.values(identityProviders)) {
        if (declared.type !== 'oidc') continue;
        const { clientId } = declared;
        const { issuer, configurationUrl } = openIdProviderOf(declared);
        const address = configurationUrl?.replace('/.well-known/openid-configuration', '') ?? issuer;
        const clientKeys = async () => publicKeySet(CLIENT_KEYS);
        const options = { issuer, address, clientId, clientSecret: SECRET, clientKeys, clock: () => world.now };
        providers.set(issuer, new TestOpenIdProvider(options));
      }
    }
    return new OidcWorld(world, providers);
  }

  /** Leads to the provider whose issuer the URL begins with. */
  readonly transport: OidcTransport = {
    get: (url, headers) => this.at(url).transport.get(url, headers),
    postForm: (url, form, headers) => this.at(url).transport.postForm(url, form, headers),
  };

  startGateway(): Promise<TestGateway> {
    return this.world.startGateway({ oidcTransport: this.transport });
  }

  at(url: string): TestOpenIdProvider {
    const found = [...this.providers].find(([issuer, { address }]) => url.startsWith(`${address}/`) || url === issuer);
    if (!found) throw new Error(`no test provider at ${url}`);
    return found[1];
  }

  /** From `path` to the provider and back: the callback's path and query, not opened yet. */
  async goAndComeBack(browser: TestBrowser, path: string, claims: Claims): Promise<string> {
    const response = await browser.begin(path);
    if (response.status !== 302 && response.status !== 303)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    const location = response.headers.get('location') ?? '';
    const { pathname, search } = this.at(location).authorize(location, claims);
    return pathname + search;
  }

  /** Posts the answer as the provider's page does: from another site, so without our Lax cookies. */
  async post(address: string, callback: string, more: Readonly<Record<string, string>> = {}): Promise<Response> {
    const { pathname, searchParams: body } = new URL(callback, address);
    for (const [name, value] of Object.entries(more)) body.append(name, value);
    return fetch(address + pathname, {
      method: 'POST',
      body,
      headers: { 'sec-fetch-site': 'cross-site' },
      redirect: 'manual',
    });
  }

  /** A whole login, up to the callback's answer. */
  async signIn(browser: TestBrowser, path: string, claims: Claims): Promise<Response> {
    return browser.get(await this.goAndComeBack(browser, path, claims));
  }
}

const SECRET = 'a client secret, 100% & more';

/** TEST ONLY. An OpenID provider of a document. */
export function openId(issuer: string, more: Partial<OidcIdentityProvider> = {}) {
  return {
    type: 'oidc',
    issuer,
    clientId: `client at ${issuer}`,
    clientSecret: { fromEnv: 'SECRET' },
    ...more,
  } as const;
}
