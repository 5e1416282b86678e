import { randomUUID } from 'node:crypto';
import { type OidcProviders, startAuthorization } from '@rolecall/oidc';
import type { LoginTransactions } from '@rolecall/persistence';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import type { OidcTarget } from '../organizations/oidc-target.ts';
import { newOrganizationToken, sha256 } from '@rolecall/persistence';
import { connectionFor } from './returned-login.ts';
import { checkMayStart, flowCookieOf, type LoginWish, type StartedLogin } from './login-wish.ts';

/**
 * Starts a login at an OpenID provider: the provider's configuration, one pending login in the database under the state's
 * hash, bound to this browser, and the authorization request by redirect.
 * @throws LoginRefused `idp_disabled`, `client_secret_missing`; OidcError when the provider cannot be used
 */
export async function startOidcLogin(
  logins: LoginTransactions,
  providers: OidcProviders,
  target: OidcTarget,
  wish: LoginWish,
  now: Date,
): Promise<StartedLogin> {
  const { identityProvider, organization } = target;
  checkMayStart(target, wish);
  const connection = connectionFor(target, wish);
  const metadata = await providers.metadata(connection.provider, now);
  const flowCookie = flowCookieOf(wish);
  const state = newOrganizationToken(organization.id);
  const { url, pinned, nonce, codeVerifier } = startAuthorization(connection, metadata, state.value, wish.loginHint);
  await logins.begin({
    organizationId: organization.id,
    identityProvider: identityProvider.name,
    requestId: randomUUID(),
    browserHash: sha256(flowCookie),
    traceId: wish.traceId,
    returnTo: wish.returnTo,
    mode: wish.mode,
    createdAt: now,
    expiresAt: new Date(now.getTime() + LOGIN_LIFETIME_MS),
    oidc: { stateHash: state.hash, nonce, codeVerifier, provider: pinned, linkUserId: wish.linkTo },
  });
  return { message: { binding: 'redirect', url }, flowCookie };
}
