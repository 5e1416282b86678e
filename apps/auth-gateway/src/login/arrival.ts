import { type PresentedToken, readOrganizationToken, sha256 } from '@rolecall/persistence';
import { traceOf } from '@rolecall/platform';
import type { Request } from 'express';
import { LoginRefused } from '../errors/login-refused.ts';
import { browserOf } from '../http/browser-name.ts';

/** The browser at either protocol's end: hashes of what it presented. UNVERIFIED until a login was taken with them. */
export interface BrowserArrival {
  /** SHA-256 of the flow cookie. */
  readonly browserHash: Buffer;
  /** Of this request: names a refusal whose login is not known. */
  readonly traceId: string;
}

/** The browser that came back with the handle of a SAML login. */
export interface Arrival extends BrowserArrival {
  readonly handleHash: Buffer;
  /** Where: at `/saml/continue`, or with the user's yes to a login that began at the IdP. The two never take each other's. */
  readonly at: 'continue' | 'confirm';
  /** A short name for people, of known words only. */
  readonly browser: string;
}

/** @param flowCookie as the browser sent it, or as it gets it now */
export function arrivalOf(
  request: Request,
  at: Arrival['at'],
  { hash: handleHash }: PresentedToken,
  flowCookie: string | undefined,
): Arrival {
  const { traceId } = traceOf(request);
  return { at, handleHash, browserHash: sha256(flowCookie ?? ''), browser: browserOf(request), traceId };
}

/** The handle in an address or a form, taken apart. @throws LoginRefused `handle_unknown` when it cannot be one of ours */
export function readHandle(unverified: unknown): PresentedToken {
  const handle = readOrganizationToken(unverified);
  if (!handle) throw handleUnknown();
  return handle;
}

/** Not recorded: a reload of the address does it, and whoever makes an address up could fill the log. */
export function handleUnknown(): LoginRefused {
  return new LoginRefused('handle_unknown', 'handle_known', 'The handle is unknown, was used before, or is too old.');
}
