/** As a query value: longer ones are dropped, so that what carries it through a sign-in stays a URL that every server takes. */
const MAX_ENCODED_LENGTH = 2_000;

/**
 * The path of an application to go on to, with its query; `/` where `unverified` is no path of `origin`, of printable ASCII.
 *
 * Written behind the origin, as `withPath` does, it leads nowhere else. Our own paths there are left out: one leads into a loop,
 * another one out.
 */
export function safePath(unverified: unknown, origin: string): string {
  if (typeof unverified !== 'string' || !/^\/(?![/\\])[!-[\]-~]*$/.test(unverified)) return '/';
  if (encodeURIComponent(unverified).length > MAX_ENCODED_LENGTH) return '/';
  const url = URL.parse(origin + unverified);
  if (url === null || url.origin !== origin || /^\/+\.rolecall(?:\/|$)/i.test(decoded(url.pathname))) return '/';
  return url.pathname + url.search;
}

/** An absolute URL at `origin`; `path` is one of `safePath`. */
export function withPath(origin: string, path: string): string {
  return origin + path;
}

/**
 * The raw value of `rd`, the last parameter of a request target: nginx cannot encode, so a value that begins with a slash is the
 * rest of the target as it is. UNVERIFIED.
 */
export function returnParameter(target: string): string | undefined {
  const [, value] = /[?&]rd=(.*)$/s.exec(target) ?? [];
  if (value === undefined || value.startsWith('/')) return value;
  return decoded(value);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
