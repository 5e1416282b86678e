import type { CookieOptions, Request, Response } from 'express';
import { readCookie, sessionCookieName } from '@rolecall/platform';
import { isSlug } from '../organizations/identifier.ts';

/** How long a login may take between its start and its end, in milliseconds; the flow cookie lives as long. */
export const LOGIN_LIFETIME_MS = 10 * 60_000;

/** How long a browser remembers where its last login was, in milliseconds: a year. */
const LAST_LOGIN_LIFETIME_MS = 365 * 24 * 60 * 60_000;

/** How long a browser is known to its users, in milliseconds: a year after its last sign-in by password. */
const DEVICE_LIFETIME_MS = 365 * 24 * 60 * 60_000;

/** Names of an organization and of one of its identity providers; of nobody. */
export interface LastLogin {
  readonly organization: string;
  readonly identityProvider: string;
}

/**
 * The gateway's cookies: the session, the one that binds a login to the browser that started it (rule G8), the handle of a sign-in
 * that waits for a second factor, by what a user's browsers are told apart, and where the last login was, which opens nothing.
 */
export class Cookies {
  readonly sessionName: string;
  readonly flowName: string;
  readonly lastLoginName: string;
  readonly signInName: string;
  readonly deviceName: string;
  readonly recoveryName: string;
  private readonly attributes: CookieOptions;

  /** `gatewayUrl` is the public base URL. Without https (a developer's loopback) browsers refuse the prefix `__Host-`. */
  constructor(gatewayUrl: string) {
    const secure = gatewayUrl.startsWith('https:');
    const prefix = secure ? '__Host-' : '';
    this.sessionName = sessionCookieName(gatewayUrl);
    this.flowName = `${prefix}rolecall_flow`;
    this.lastLoginName = `${prefix}rolecall_last_login`;
    this.signInName = `${prefix}rolecall_sign_in`;
    this.deviceName = `${prefix}rolecall_device`;
    this.recoveryName = `${prefix}rolecall_recovery`;
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  }

  /** The session cookie's value as the browser sent it: unverified. */
  session(request: Pick<Request, 'headers'>): string | undefined {
    return readCookie(request.headers.cookie, this.sessionName);
  }

  /** The flow cookie's value as the browser sent it: unverified, but only ever compared by its hash. */
  flow(request: Request): string | undefined {
    return readCookie(request.headers.cookie, this.flowName);
  }

  /** Of a recovery session, as the browser sent it: unverified. */
  recovery(request: Request): string | undefined {
    return readCookie(request.headers.cookie, this.recoveryName);
  }

  /** Sent with requests of our own pages alone. */
  setRecovery(response: Response, value: string, expires: Date): void {
    response.cookie(this.recoveryName, value, { ...this.attributes, sameSite: 'strict', expires });
  }

  clearRecovery(response: Response): void {
    response.clearCookie(this.recoveryName, { ...this.attributes, sameSite: 'strict' });
  }

  /** The handle of a pending sign-in as the browser sent it: unverified. */
  signIn(request: Request): string | undefined {
    return readCookie(request.headers.cookie, this.signInName);
  }

  setSignIn(response: Response, value: string): void {
    response.cookie(this.signInName, value, { ...this.attributes, maxAge: LOGIN_LIFETIME_MS });
  }

  clearSignIn(response: Response): void {
    response.clearCookie(this.signInName, this.attributes);
  }

  /** What the browser is known by: UNVERIFIED, but for its form. */
  device(request: Request): string | undefined {
    const value = readCookie(request.headers.cookie, this.deviceName);
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
  }

  setDevice(response: Response, value: string): void {
    response.cookie(this.deviceName, value, { ...this.attributes, maxAge: DEVICE_LIFETIME_MS });
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

  /** Where the browser says that its last login was: UNVERIFIED, but for its form. */
  lastLogin(request: Request): LastLogin | undefined {
    const [organization = '', identityProvider = '', ...rest] =
      readCookie(request.headers.cookie, this.lastLoginName)?.split('.') ?? [];
    if (rest.length > 0 || !isSlug(organization) || !isSlug(identityProvider)) return undefined;
    return { organization, identityProvider };
  }

  setLastLogin(response: Response, { organization, identityProvider }: LastLogin): void {
    const value = `${organization}.${identityProvider}`;
    response.cookie(this.lastLoginName, value, { ...this.attributes, maxAge: LAST_LOGIN_LIFETIME_MS });
  }

  clearLastLogin(response: Response): void {
    response.clearCookie(this.lastLoginName, this.attributes);
  }
}
