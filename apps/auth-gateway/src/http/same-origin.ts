/** The request headers that say where a form was sent from; never trusted for anything else. */
export interface OriginHeaders {
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly origin?: string | string[] | undefined;
}

/**
 * Whether a state-changing request may come from one of our own pages (ASVS 3.5.1-3.5.3).
 *
 * `Sec-Fetch-Site` decides where the browser sends it: `none` is the user's own doing (a reload), everything else than
 * `same-origin` is another site or another port. Without it, `Origin` must be exactly `ownOrigin`. A request with neither
 * was not made by a browser that could be tricked into sending a cookie, so there is nothing to forge.
 */
export function isSameOrigin(headers: OriginHeaders, ownOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return headers.origin === undefined || headers.origin === ownOrigin;
}
