import { randomBytes } from 'node:crypto';
import { readCookie } from '@rolecall/platform';
import type { CookieOptions, Request, Response } from 'express';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';

/** So long a sign-in that did not keep its cookie counts, in seconds. */
const LOOP_SECONDS = 30;

/** What binds a sign-in at an application to its browser, and sees when it goes round in circles. */
export interface ForwardFlow {
  /** 256 random bits; only its hash leaves the browser. */
  readonly secret: string;
  /** How many sign-ins of this browser were finished one after the other, within half a minute. */
  readonly finished: number;
}

/**
 * The cookies that a browser keeps for an application's own origin, where the proxy hands us what is below `/.rolecall/`. On https they
 * have the prefix `__Host-`, so that no neighbouring host can set them; on http (a developer's loopback) browsers refuse it.
 */
export class ForwardCookies {
  readonly name: string;
  readonly flowName: string;
  private readonly attributes: CookieOptions;

  /** Those of an application at this origin. */
  static of(origin: string): ForwardCookies {
    return origin.startsWith('https:') ? SECURE : PLAIN;
  }

  constructor(secure: boolean) {
    const prefix = secure ? '__Host-' : '';
    this.name = `${prefix}rolecall_forward`;
    this.flowName = `${prefix}rolecall_forward_flow`;
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  }

  /** What opens the application: as the browser sent it, unverified. */
  token({ headers }: Pick<Request, 'headers'>): string | undefined {
    return readCookie(headers.cookie, this.name);
  }

  set(response: Response, token: string, expires: Date): void {
    response.cookie(this.name, token, { ...this.attributes, expires });
  }

  /** As the browser keeps it. UNVERIFIED, but for its form: whoever changes it has only that browser's own sign-in fail. */
  flow({ headers }: Pick<Request, 'headers'>, now: Date): ForwardFlow | undefined {
    const [, secret, count, since] =
      /^([\w-]{43})\.(\d)\.(\d{1,12})$/.exec(readCookie(headers.cookie, this.flowName) ?? '') ?? [];
    if (secret === undefined) return undefined;
    const age = now.getTime() / 1000 - Number(since);
    return { secret, finished: age < LOOP_SECONDS ? Number(count) : 0 };
  }

  /** The one that the browser has is kept, so that two tabs can sign in at once. */
  setFlow(response: Response, { secret, finished }: ForwardFlow, now: Date): void {
    const value = `${secret}.${Math.min(finished, 9)}.${Math.floor(now.getTime() / 1000)}`;
    response.cookie(this.flowName, value, { ...this.attributes, maxAge: LOGIN_LIFETIME_MS });
  }

  clear(response: Response): void {
    response.clearCookie(this.name, this.attributes);
    response.clearCookie(this.flowName, this.attributes);
  }
}

const SECURE = new ForwardCookies(true);
const PLAIN = new ForwardCookies(false);

export function newFlow(): ForwardFlow {
  return { secret: randomBytes(32).toString('base64url'), finished: 0 };
}
