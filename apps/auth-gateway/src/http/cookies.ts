import type { CookieOptions, Request, Response } from 'express';

/** How long a login may take between its start and its end, in milliseconds; the flow cookie lives as long. */
export const LOGIN_LIFETIME_MS = 10 * 60_000;

/** The gateway's two cookies: the session, and the one that binds a login to the browser that started it (rule G8). */
export class Cookies {
  readonly sessionName: string;
  readonly flowName: string;
  private readonly attributes: CookieOptions;

  /** `gatewayUrl` is the public base URL. Without https (a developer's loopback) browsers refuse the prefix `__Host-`. */
  constructor(gatewayUrl: string) {
    const secure = gatewayUrl.startsWith('https:');
    const prefix = secure ? '__Host-' : '';
    this.sessionName = `${prefix}rolecall_session`;
    this.flowName = `${prefix}rolecall_flow`;
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  }

  /** The session cookie's value as the browser sent it: unverified. */
  session(request: Request): string | undefined {
    return readCookie(request.headers.cookie, this.sessionName);
  }

  /** The flow cookie's value as the browser sent it: unverified, but only ever compared by its hash. */
  flow(request: Request): string | undefined {
    return readCookie(request.headers.cookie, this.flowName);
  }

  setSession(response: Response, value: string, expires: Date): void {
    response.cookie(this.sessionName, value, { ...this.attributes, expires });
  }

  clearSession(response: Response): void {
    response.clearCookie(this.sessionName, this.attributes);
  }

  setFlow(response: Response, value: string): void {
    response.cookie(this.flowName, value, { ...this.attributes, maxAge: LOGIN_LIFETIME_MS });
  }
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
