import type { OrganizationSpec } from '@rolecall/org-config';
import { exchange, type ForwardProxy, type ProxyKind, startForwardProxy } from './forward-proxy.ts';
import { TestBrowser } from './test-browser.ts';
import type { TestGateway } from './test-gateway.ts';
import { ACME, BETA, TestWorld } from './test-world.ts';

export const GRAFANA = 'https://grafana.example.com';
export const WIKI = 'https://wiki.example.com';
/** Of both organizations. */
export const SHARED = 'https://shared.example.com';

/** TEST ONLY. Two organizations with applications behind proxies. */
export const FORWARD_SPECS: Readonly<Record<string, OrganizationSpec>> = {
  acme: {
    ...ACME,
    applications: {
      grafana: { type: 'forward-auth', displayName: 'Grafana', origins: [GRAFANA] },
      shared: { type: 'forward-auth', origins: [SHARED] },
    },
  },
  beta: { ...BETA, applications: { wiki: { type: 'forward-auth', origins: [WIKI, SHARED] } } },
};

const LOGIN = { acme: '/saml/acme/okta/login', beta: '/saml/beta/okta/login' };

/** TEST ONLY. Says by `Sec-Fetch-*` what it asks for: `fetch` says by itself that it is a script. */
class PageBrowser extends TestBrowser {
  protected override async exchange(
    url: string,
    init: RequestInit & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<Response> {
    const { method = 'GET', body } = init;
    const headers: Readonly<Record<string, string>> = init.headers;
    const form = body instanceof URLSearchParams ? body.toString() : '';
    const type = form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await exchange(url, method, { ...headers, ...type }, form);
    const pairs = Object.entries(answer.headers).flatMap(([name, value = []]) =>
      [value].flat().map((each): [string, string] => [name, each]),
    );
    const empty = answer.status === 304 || answer.status === 204;
    return new Response(empty ? null : answer.body, { status: answer.status, headers: pairs });
  }
}

/** TEST ONLY. One browser: what it keeps for the gateway and for one application behind a proxy. */
export class ForwardBrowser {
  /** Every address that it was led to, with what was asked there. */
  readonly visited: string[] = [];

  constructor(
    readonly sso: TestBrowser,
    readonly app: TestBrowser,
    private readonly gateway: string,
    private readonly origin: string,
  ) {}

  /** Opens a page of the application, and goes where it is led until somebody answers otherwise. */
  open(path: string, headers: Readonly<Record<string, string>> = PAGE): Promise<Response> {
    return this.follow(this.origin + path, headers);
  }

  async follow(address: string, headers: Readonly<Record<string, string>> = PAGE): Promise<Response> {
    let next = new URL(address);
    for (let hop = 0; hop < 20; hop += 1) {
      this.visited.push(next.href);
      const at = next.origin === this.origin ? this.app : this.sso;
      if (next.origin !== this.origin && next.origin !== this.gateway) throw new Error(`led to ${next.href}`);
      const response = await at.get(next.pathname + next.search, headers);
      const location = response.headers.get('location');
      if (location === null || next.pathname.endsWith('/login')) return response;
      next = new URL(location, next);
    }
    throw new Error('led round in circles');
  }
}

/** Headers of a page that somebody opens. */
export const PAGE = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };

/** TEST ONLY. Gateways, proxies and browsers on one database. */
export class ForwardWorld {
  private readonly proxies: ForwardProxy[] = [];

  private constructor(
    readonly world: TestWorld,
    readonly gateway: TestGateway,
  ) {}

  static async open(specs = FORWARD_SPECS): Promise<ForwardWorld> {
    const world = await TestWorld.open(specs);
    return new ForwardWorld(world, await world.startGateway());
  }

  async proxy(kind: ProxyKind, origin = GRAFANA, gateway = this.gateway): Promise<ForwardProxy> {
    const proxy = await startForwardProxy(kind, origin, gateway.address);
    this.proxies.push(proxy);
    return proxy;
  }

  browser(proxy: ForwardProxy, origin = GRAFANA, gateway = this.gateway): ForwardBrowser {
    return new ForwardBrowser(gateway.browser(), new PageBrowser(proxy.address), gateway.url, origin);
  }

  /** Signs somebody in at the gateway. */
  async signIn(browser: TestBrowser, organization: keyof typeof LOGIN = 'acme', email = 'eve@acme.com'): Promise<void> {
    const person = this.world.person(email, { role_mapping: 'engineering', groups: ['vip'] });
    const entered = await browser.signIn(this.world.idp, LOGIN[organization], person);
    if (entered.status !== 303) throw new Error(`the login answered ${entered.status}`);
  }

  async close(): Promise<void> {
    for (const proxy of this.proxies) await proxy.close();
    await this.world.close();
  }
}
