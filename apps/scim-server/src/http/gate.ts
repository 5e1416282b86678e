/** What becomes of a request before a byte of its body is read. */
type Passage =
  /** Probes and discovery (RFC 7644 §4 leaves it open): they say what this software can do, of nobody. */
  | { readonly is: 'open' }
  /** Needs the token of a directory. */
  | { readonly is: 'guarded' }
  | { readonly is: 'refused'; readonly status: 403 | 404 | 405; readonly detail: string; readonly allow?: string };

const PROBES = new Set(['/healthz', '/readyz', '/metrics']);
const DISCOVERY = /^\/scim\/v2\/(ServiceProviderConfig|(ResourceTypes|Schemas)(\/[^/]+)?)$/;

/** The methods of our paths. Only for a request that the router did not match. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/^\/scim\/v2\/(Users|Groups)$/, 'GET, HEAD, POST'],
  [/^\/scim\/v2\/((Users|Groups)\/)?\.search$/, 'POST'],
  [/^\/scim\/v2\/(Users|Groups)\/[^/]+$/, 'GET, HEAD, PUT, PATCH, DELETE'],
  [/^\/scim\/v2\/Bulk$/, 'POST'],
  [/^\/scim\/v2$/, 'GET, HEAD'],
];

/**
 * Decides by the route that the router matched, never by a reading of our own of the URL: closed by default, so a route that
 * somebody adds needs a token. The path itself is looked at only where the router found nothing.
 * @param route the matched pattern; undefined = none
 */
export function gate(route: string | undefined, url: string): Passage {
  if (route === undefined) {
    const path = pathOf(url);
    if (DISCOVERY.test(path)) return methodRefused('discovery can only be read', 'GET, HEAD');
    if (!/^\/scim\/v2(\/|$)/.test(path)) return { is: 'refused', status: 404, detail: 'there is nothing here' };
    return { is: 'guarded' };
  }
  if (PROBES.has(route)) return { is: 'open' };
  if (!DISCOVERY.test(route)) return { is: 'guarded' };
  // RFC 7644 §4: a filter on discovery is refused; sorting and paging are ignored
  const filtered = new URLSearchParams(url.split('?', 2)[1]).has('filter');
  return filtered ? { is: 'refused', status: 403, detail: 'discovery can not be filtered' } : { is: 'open' };
}

/** Why a path under the base that the router did not match is refused: 405 with what it allows, or 404. */
export function unmatched(url: string): Passage & { is: 'refused' } {
  const path = pathOf(url);
  const allow = PATHS.find(([pattern]) => pattern.test(path))?.[1];
  if (allow !== undefined) return methodRefused('this method is not allowed here', allow);
  return { is: 'refused', status: 404, detail: 'there is no such endpoint; see /ResourceTypes for those that are' };
}

/** Without the query, doubled slashes and one at the end. */
function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

function methodRefused(detail: string, allow: string): Passage & { is: 'refused' } {
  return { is: 'refused', status: 405, detail, allow };
}
