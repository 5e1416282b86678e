import type { TestIdp } from '@rolecall/saml/testing';
import { CookieJar } from 'tough-cookie';
import { inflateRawSync } from 'node:zlib';

/** A browser without a window: keeps cookies, follows nothing. */
export class Client {
  readonly #jar = new CookieJar();

  async open(
    url: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<{ status: number; location: string; text: string; json: () => unknown }> {
    const headers = { ...init.headers, cookie: await this.#jar.getCookieString(url) };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const cookie of response.headers.getSetCookie()) await this.#jar.setCookie(cookie, url);
    const text = await response.text();
    const location = response.headers.get('location') ?? '';
    const { status } = response;
    return { status, location: location && new URL(location, url).href, text, json: () => JSON.parse(text) };
  }
}

/** A SAML connection of a running gateway, and the identity provider at its other end. */
export interface Connection {
  readonly gateway: string;
  readonly organization: string;
  readonly identityProvider: string;
  readonly idp: TestIdp;
}

/** SP-initiated: to the identity provider, back with its signed answer, through the handshake; gives what the browser gets. */
export async function returnFromIdp(
  client: Client,
  { gateway, organization, identityProvider, idp }: Connection,
  nameId: string,
  attributes: Record<string, string | string[]>,
) {
  const base = `${gateway}/saml/${organization}/${identityProvider}`;
  const toIdp = new URL((await client.open(`${base}/login`)).location);
  expect(toIdp.href.startsWith(idp.ssoUrl)).toBe(true);
  const request = inflateRawSync(Buffer.from(toIdp.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  const SAMLResponse = idp.respond({
    connection: { spEntityId: `${base}/metadata`, acsUrl: `${base}/acs` },
    inResponseTo: / ID="([^"]+)"/.exec(request)?.[1] ?? '',
    nameId,
    attributes,
    now: new Date(),
  });
  const body = new URLSearchParams({ SAMLResponse, RelayState: toIdp.searchParams.get('RelayState') ?? '' });
  // Cross-site, so a browser would send no Lax cookie; what the gateway needs comes at /saml/continue.
  const acs = await new Client().open(`${base}/acs`, { method: 'POST', body });
  expect(acs.status).toBe(303);
  return client.open(acs.location);
}
