import type { IncomingHttpHeaders } from 'node:http';
import { readCookie } from '@rolecall/platform';

/** Whose pages may ask with the session cookie, and how that cookie is called. */
export interface Consoles {
  /** Origins; none = cookies are never looked at. */
  readonly origins: readonly string[];
  /** As the gateway sets it. */
  readonly cookieName: string;
}

/** Methods that change nothing here. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const JSON_TYPE = /^application\/json *(?:;|$)/i;

/**
 * The session cookie of a request that a page of a console made; undefined for every other request, so that no page elsewhere can make
 * a browser ask for the one who is signed in. All of these must hold:
 * - `Sec-Fetch-Site` says same-origin or same-site (a page cannot set it; a browser that does not send it is not let in);
 * - `Origin` is one of the consoles. Only a GET within one origin has none, and nothing else may read its answer;
 * - the body is JSON or there is none: a form and text/plain are what a page sends without asking first.
 * @param request UNTRUSTED
 */
export function consoleCookie(
  { method = '', headers }: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  { origins, cookieName }: Consoles,
): string | undefined {
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  if (origins.length === 0 || (site !== 'same-origin' && site !== 'same-site')) return undefined;
  const mayLackOrigin = site === 'same-origin' && READING.has(method);
  if (origin === undefined ? !mayLackOrigin : !origins.includes(origin)) return undefined;
  const type = headers['content-type'];
  if (type !== undefined && !JSON_TYPE.test(type)) return undefined;
  return readCookie(headers.cookie, cookieName);
}
