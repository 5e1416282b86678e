import { randomBytes } from 'node:crypto';
import type { LoginTransactions } from '@rolecall/persistence';
import { createAuthnRequest } from '@rolecall/saml';
import { LoginRefused } from '../errors/login-refused.ts';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import type { SamlTarget } from '../organizations/organization.ts';
import { sha256 } from '../sessions/organization-token.ts';

export interface LoginWish {
  /** test = `/sso/test`: also for a disabled identity provider, so that it can be tried before it is switched on. */
  readonly mode: 'login' | 'test';
  /** Already allowed (`allowedReturnTo`). */
  readonly returnTo: string | undefined;
  readonly traceId: string;
  /** The flow cookie that the browser sent, unverified: reused, so that two tabs can sign in at once. */
  readonly flowCookie: string | undefined;
}

/** Where the browser goes now, and the flow cookie that binds it to this login. */
export interface StartedLogin {
  readonly redirectTo: string;
  readonly flowCookie: string;
}

/**
 * Starts a SAML login: one pending request in the database, keyed by connection and bound to this browser (rules G7, G8),
 * and the AuthnRequest by HTTP-Redirect.
 * @throws LoginRefused `idp_disabled`; SamlError when the IdP's metadata cannot be used
 */
export async function startSamlLogin(
  logins: LoginTransactions,
  target: SamlTarget,
  wish: LoginWish,
  now: Date,
): Promise<StartedLogin> {
  const { identityProvider, organization } = target;
  if (!identityProvider.enabled && wish.mode === 'login') {
    throw new LoginRefused(
      'idp_disabled',
      'identity_provider_enabled',
      'Set enabled: true for this identity provider, or remove its links.',
    );
  }
  const flowCookie = isFlowCookie(wish.flowCookie) ? wish.flowCookie : randomBytes(32).toString('base64url');
  // random, and means nothing to the IdP; what comes back is not read (rule G10)
  const relayState = `${wish.mode}.${wish.traceId}`;
  const request = await createAuthnRequest(target.connection(now), { relayState, now });
  await logins.begin({
    organizationId: organization.id,
    identityProvider: identityProvider.name,
    requestId: request.id,
    browserHash: sha256(flowCookie),
    traceId: wish.traceId,
    returnTo: wish.returnTo,
    mode: wish.mode,
    createdAt: now,
    expiresAt: new Date(now.getTime() + LOGIN_LIFETIME_MS),
  });
  return { redirectTo: request.url, flowCookie };
}

/** Whether a cookie can be one of ours; anything else is replaced, so that nobody chooses a weak one for a browser. */
function isFlowCookie(value: string | undefined): value is string {
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value);
}
