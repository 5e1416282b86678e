import type { VerifiedAssertion } from '@rolecall/saml';
import type { NewLogin } from '../stores.ts';
import { later, NOW, subject } from './fixture.ts';

/* TEST ONLY: a SAML login that waits. */

export const HANDLE = Buffer.alloc(32, 'handle');
export const BROWSER = Buffer.alloc(32, 'browser');

/** As it begins; in the browser `BROWSER`. */
export function newLogin(organizationId: string, requestId: string): NewLogin {
  return {
    organizationId,
    identityProvider: 'okta',
    requestId,
    browserHash: BROWSER,
    traceId: 'trace',
    returnTo: undefined,
    mode: 'login',
    createdAt: NOW,
    expiresAt: later(600),
  };
}

/** Where it is accepted, under the handle `HANDLE`. */
export function at(organizationId: string) {
  const facts = { email: 'eve@acme.example', groups: ['a', 'b'] };
  return { organizationId, identityProvider: 'okta', handleHash: HANDLE, facts, now: NOW };
}

/** VERIFIED, of eve at okta. */
export function assertion(inResponseTo: string | undefined, assertionId: string): VerifiedAssertion {
  return {
    connectionId: 'unused',
    assertionId,
    issuer: 'https://idp.example',
    nameId: subject('eve').nameId,
    attributes: new Map(),
    ...(inResponseTo === undefined ? {} : { inResponseTo }),
    sessionIndex: '_session',
    sessionNotOnOrAfter: later(3600),
    replayableUntil: later(300),
  };
}
