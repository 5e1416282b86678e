/**
 * How the gateway calls the cookie of a session. Without https (a developer's loopback) browsers refuse the prefix `__Host-`.
 * @param gatewayUrl its public base URL
 */
export function sessionCookieName(gatewayUrl: string): string {
  return `${gatewayUrl.startsWith('https:') ? '__Host-' : ''}rolecall_session`;
}

/**
 * The value of the one cookie with exactly this name; undefined when there is none, or more than one. Only the blanks that
 * RFC 6265 §5.4 puts between cookies are not part of a name: browsers guard the prefix `__Host-` by the name's bytes, so
 * whoever strips more (NBSP, say) takes a cookie that a sibling subdomain planted. Two cookies of one name were tossed.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.replace(/^[ \t]+/, ''))
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
