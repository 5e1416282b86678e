import { LoginRefused } from '../errors/login-refused.ts';
import { allowedReturnTo } from '../http/return-to.ts';

/** A login that somebody else asked for (OpenID Connect Core 1.0, section 4): where, with which hint, and what follows. */
export interface Initiation {
  readonly issuer: string;
  readonly loginHint: string | undefined;
  /** Allowed already. */
  readonly returnTo: string | undefined;
}

const PARAMETERS = ['iss', 'login_hint', 'target_link_uri'] as const;

/**
 * Reads the request. UNVERIFIED, and anybody's: it may start a login in this browser and nothing else.
 * @throws LoginRefused `initiation_refused` without an issuer, and for a destination that is not allowed (O18)
 */
export function readInitiation(query: Readonly<Record<string, unknown>>, allowed: readonly string[]): Initiation {
  const { iss, login_hint: hint, target_link_uri: target } = query;
  if (typeof iss !== 'string' || !/^https?:\/\/[!-~]{1,500}$/.test(iss))
    throw initiationRefused('iss must be one issuer.');
  const returnTo = allowedReturnTo(target, allowed);
  if (target !== undefined && returnTo === undefined) {
    throw initiationRefused('target_link_uri must be of an origin in ROLECALL_RETURN_TO.');
  }
  const loginHint = typeof hint === 'string' && /^[^\s\p{C}]{1,320}$/u.test(hint) ? hint : undefined;
  return { issuer: iss, loginHint, returnTo };
}

/** The same request as a query: of a form, only the parameters that exist, each once. */
export function initiationQuery(form: unknown): string {
  const sent = Object(form) as Record<string, unknown>;
  const given = PARAMETERS.flatMap((name) => {
    const value = sent[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return new URLSearchParams(given).toString();
}

/** One answer for every reason: whoever asks learns neither who is here nor what is allowed. */
export function initiationRefused(message: string): LoginRefused {
  return new LoginRefused('initiation_refused', 'initiation_known', message);
}
