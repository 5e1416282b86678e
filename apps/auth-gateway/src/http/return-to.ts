/** Longer destinations are dropped: nothing of ours needs them, and they would be stored with the login. */
const MAX_LENGTH = 2_048;

/**
 * The destination after a login, or undefined for the default page (rule G10: exact allow-list, never an echo).
 *
 * `unverified` comes from a query or a form. It is kept only when it is one absolute http(s) URL whose origin stands
 * literally in `allowedOrigins`: no userinfo, no backslash, no white space or control character, and written so that no
 * other parser could read another host (`//evil`, `\evil`, `https:evil`).
 */
export function allowedReturnTo(unverified: unknown, allowedOrigins: readonly string[]): string | undefined {
  if (typeof unverified !== 'string' || unverified.length > MAX_LENGTH) return undefined;
  if (!/^https?:\/\/[!-[\]-~]+$/.test(unverified) || !URL.canParse(unverified)) return undefined;
  const url = new URL(unverified);
  const origin = allowedOrigins.find((allowed) => allowed === url.origin);
  if (origin === undefined || url.username !== '' || url.password !== '') return undefined;
  const rest = unverified.slice(origin.length);
  return unverified.startsWith(origin) && /^(?:$|[/?#])/.test(rest) ? url.href : undefined;
}
