/** Longer destinations are dropped: nothing of ours needs them, and they would be stored with the login. */
const MAX_LENGTH = 2_048;

/** One of ours carries the path of an application. */
const MAX_OWN_LENGTH = 4_096;

/** Pages of ours that a login may come back to: they began it, and lead on to an application by rules of their own. */
export const OWN_DESTINATIONS: readonly string[] = ['/auth/start', '/op/auth'];

/** In the query of a destination of ours: the application wants the user to authenticate anew at the identity provider. */
export const REAUTHENTICATE = 'reauthenticate';

/** Whether a sign-in on its way there must be a new one. */
export function mustReauthenticate(returnTo: string | undefined): boolean {
  if (returnTo === undefined) return false;
  const { pathname, searchParams } = new URL(returnTo);
  return OWN_DESTINATIONS.includes(pathname) && searchParams.has(REAUTHENTICATE);
}

/** As entries of the allow-list. */
export function ownDestinations(gatewayUrl: string): readonly string[] {
  return OWN_DESTINATIONS.map((path) => gatewayUrl + path);
}

/**
 * The destination after a login, or undefined for the default page (rule G10: exact allow-list, never an echo).
 *
 * `unverified` comes from a query or a form. It is kept only when it is one absolute http(s) URL whose origin stands
 * literally in `allowedOrigins`: no userinfo, no backslash, no white space or control character, and written so that no
 * other parser could read another host (`//evil`, `\evil`, `https:evil`). Of an entry with a path (`ownDestinations`) exactly this
 * path is meant, with any query.
 */
export function allowedReturnTo(unverified: unknown, allowedOrigins: readonly string[]): string | undefined {
  if (typeof unverified !== 'string' || unverified.length > MAX_OWN_LENGTH) return undefined;
  if (!/^https?:\/\/[!-[\]-~]+$/.test(unverified) || !URL.canParse(unverified)) return undefined;
  const url = new URL(unverified);
  if (url.search !== '' && allowedOrigins.includes(unverified.slice(0, unverified.indexOf('?'))) && !url.hash)
    return url.href;
  if (unverified.length > MAX_LENGTH) return undefined;
  const origin = allowedOrigins.find((allowed) => allowed === url.origin);
  if (origin === undefined || url.username !== '' || url.password !== '') return undefined;
  const rest = unverified.slice(origin.length);
  return unverified.startsWith(origin) && /^(?:$|[/?#])/.test(rest) ? url.href : undefined;
}
