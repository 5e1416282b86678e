import type { LoginTransactions } from '@rolecall/persistence';
import { createAuthnRequest } from '@rolecall/saml';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import { mustReauthenticate } from '../http/return-to.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';
import { sha256 } from '@rolecall/persistence';
import { checkMayStart, flowCookieOf, type LoginWish, type StartedLogin } from './login-wish.ts';

/**
 * Starts a SAML login: one pending request in the database, keyed by connection and bound to this browser (rules G7, G8),
 * and the AuthnRequest for the binding of the connection.
 * @throws LoginRefused `idp_disabled`; SamlError when the IdP's metadata cannot be used
 */
export async function startSamlLogin(
  logins: LoginTransactions,
  target: SamlTarget,
  wish: LoginWish,
  now: Date,
): Promise<StartedLogin> {
  const { identityProvider, organization } = target;
  checkMayStart(target, wish);
  const flowCookie = flowCookieOf(wish);
  // random, and means nothing to the IdP; what comes back is not read (rule G10)
  const relayState = `${wish.mode}.${wish.traceId}`;
  const fresh = mustReauthenticate(wish.returnTo);
  const { id, ...message } = createAuthnRequest(target.connection(now), { relayState, now, fresh });
  await logins.begin({
    organizationId: organization.id,
    identityProvider: identityProvider.name,
    requestId: id,
    browserHash: sha256(flowCookie),
    traceId: wish.traceId,
    returnTo: wish.returnTo,
    mode: wish.mode,
    createdAt: now,
    expiresAt: new Date(now.getTime() + LOGIN_LIFETIME_MS),
  });
  return { message, flowCookie };
}
