import { inflateRawSync } from 'node:zlib';
import type { TestIdp, TestResponse } from '@rolecall/saml/testing';

/** What an AuthnRequest said, and where it was sent. */
export interface SentRequest {
  readonly requestId: string;
  readonly connection: { readonly spEntityId: string; readonly acsUrl: string };
  readonly relayState: string;
  readonly xml: string;
  readonly location: URL;
}

/** Whom the test IdP lets in, and how it says so. */
export type Person = Pick<TestResponse, 'nameId' | 'attributes' | 'now'> & Partial<TestResponse>;

/** TEST ONLY. A browser without a screen: keeps cookies, follows nothing by itself. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly address: string) {}

  /** The same browser at another replica of the gateway. */
  at(address: string): TestBrowser {
    const other = new TestBrowser(address);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.send(path, { headers });
  }

  /** Sends a form of one of our own pages. */
  async submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const sent = { 'sec-fetch-site': 'same-origin', ...headers };
    return this.send(path, { method: 'POST', body: new URLSearchParams(fields), headers: sent });
  }

  /** Posts a SAML response as the IdP's page does: from another site, so without our Lax cookies. */
  async postResponse(path: string, samlResponse: string, relayState = ''): Promise<Response> {
    const body = new URLSearchParams({ SAMLResponse: samlResponse, RelayState: relayState });
    return fetch(this.address + path, { method: 'POST', body, redirect: 'manual' });
  }

  /** Opens the path of a login or a test; the link of a test asks first, so its form is sent. */
  begin(path: string): Promise<Response> {
    const [address = '', link] = path.split('?link=');
    return link === undefined ? this.get(path) : this.submit(address, { link });
  }

  /** Starts a login (or a test, by its link or without) and reads the AuthnRequest out of the redirect. */
  async start(path: string): Promise<SentRequest> {
    const response = await this.begin(path);
    if (response.status !== 302 && response.status !== 303) throw new Error(`${path} answered ${response.status}`);
    const location = new URL(response.headers.get('location') ?? '');
    const deflated = Buffer.from(location.searchParams.get('SAMLRequest') ?? '', 'base64');
    const xml = inflateRawSync(deflated).toString('utf8');
    return { ...readRequest(xml), relayState: location.searchParams.get('RelayState') ?? '', location };
  }

  /** Starts a login whose request goes by HTTP-POST, and reads it out of the page's form. */
  async startByPost(
    path: string,
  ): Promise<Omit<SentRequest, 'location'> & { readonly html: string; readonly policy: string }> {
    const response = await this.get(path);
    const html = await response.text();
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
    const xml = Buffer.from(field('SAMLRequest'), 'base64').toString('utf8');
    const policy = response.headers.get('content-security-policy') ?? '';
    return { ...readRequest(xml), relayState: field('RelayState'), html, policy };
  }

  /** Starts at `path`, lets the IdP answer for `person`, posts the answer: gives where the ACS leads. */
  async answer(idp: TestIdp, path: string, person: Person): Promise<Response> {
    const request = await this.start(path);
    const samlResponse = idp.respond({ connection: request.connection, inResponseTo: request.requestId, ...person });
    return this.postResponse(new URL(request.connection.acsUrl).pathname, samlResponse, request.relayState);
  }

  /** A whole login, up to the answer of `/saml/continue`. */
  async signIn(idp: TestIdp, path: string, person: Person): Promise<Response> {
    const posted = await this.answer(idp, path, person);
    const next = posted.headers.get('location');
    if (posted.status !== 303 || next === null) throw new Error(`the ACS answered ${posted.status}`);
    return this.get(next);
  }

  private async send(
    path: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie ? { cookie } : {}), ...init.headers };
    const response = await this.exchange(this.address + path, { ...init, headers });
    for (const set of response.headers.getSetCookie()) this.keep(set);
    return response;
  }

  protected exchange(
    url: string,
    init: RequestInit & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<Response> {
    return fetch(url, { ...init, redirect: 'manual' });
  }

  private keep(setCookie: string): void {
    const [pair = '', ...attributes] = setCookie.split(';');
    const at = pair.indexOf('=');
    const ended = attributes.some((attribute) => attribute.trim() === 'Expires=Thu, 01 Jan 1970 00:00:00 GMT');
    if (ended) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

function readRequest(xml: string): Pick<SentRequest, 'requestId' | 'connection' | 'xml'> {
  const read = (pattern: RegExp) => pattern.exec(xml)?.[1] ?? '';
  return {
    requestId: read(/\bID="([^"]+)"/),
    connection: {
      acsUrl: read(/\bAssertionConsumerServiceURL="([^"]+)"/),
      spEntityId: read(/Issuer[^>]*>([^<]+)</),
    },
    xml,
  };
}
