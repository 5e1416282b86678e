import { Problem } from '@rolecall/platform';

const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

/** Readable without a token (RFC 7644 §4 leaves it open): they say what this software can do, of nobody. */
const DISCOVERY = new Set([
  '/scim/v2/ServiceProviderConfig',
  '/scim/v2/ResourceTypes',
  '/scim/v2/ResourceTypes/:name',
  '/scim/v2/Schemas',
  '/scim/v2/Schemas/:id',
]);
const DISCOVERY_PATH = /^\/scim\/v2\/(ServiceProviderConfig|(ResourceTypes|Schemas)(\/[^/]+)?)$/;

/**
 * Decides before a byte of the body is parsed: a request with the wrong method or without a token gets 405 or 401
 * whatever it sends. Closed by default: of the routes that exist only probes and discovery are open. Every other one, and
 * every unknown path under `/scim/v2`, needs a valid token; directories have none yet, so all are refused alike.
 * @param route the pattern that the router matched, undefined when none did: never a reading of our own of the URL.
 * @returns the refusal (401, 403, 405), undefined = let it in
 */
export function gate(route: string | undefined, url: string): Problem | undefined {
  const [path = '', query = ''] = url.split('?', 2);
  if (route === undefined) {
    if (DISCOVERY_PATH.test(path)) return new Problem(405, 'method_not_allowed', 'discovery can only be read');
    if (!path.startsWith('/scim/v2')) return undefined;
  } else if (PROBES.has(route)) {
    return undefined;
  } else if (DISCOVERY.has(route)) {
    // RFC 7644 §4: a filter on discovery is refused; sorting and paging are ignored
    if (new URLSearchParams(query).has('filter'))
      return new Problem(403, 'filter_refused', 'discovery can not be filtered');
    return undefined;
  }
  return new Problem(401, 'unauthorized', 'a valid bearer token of a directory is needed');
}
