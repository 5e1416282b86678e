import type { OidcConnection, PendingAuthorization, VerifiedIdToken } from '@rolecall/oidc';
import type { EffectiveOidcIdentityProvider } from '@rolecall/org-config';
import type { TakenOidcLogin } from '@rolecall/persistence';
import type { OidcTarget } from '../organizations/oidc-target.ts';
import { boundedFacts } from './assertion-facts.ts';
import type { LoginToFinish } from './login-context.ts';
import type { Attempt } from './login-wish.ts';

/** A subject of an OpenID provider; the formats of NameIDs are SAML's, so the two never meet. */
export const OIDC_SUBJECT = 'urn:rolecall:subject:oidc';

/** A login at an OpenID provider whose browser came back: taken from the database, its answer not verified yet. */
export interface ReturnedLogin extends PendingAuthorization {
  readonly target: OidcTarget;
  readonly taken: TakenOidcLogin;
}

export function returnedLogin(target: OidcTarget, taken: TakenOidcLogin, connection: OidcConnection): ReturnedLogin {
  const { nonce, codeVerifier, provider: pinned, createdAt: startedAt } = taken;
  return { target, taken, connection, pinned, nonce, codeVerifier, startedAt };
}

/**
 * The login with what the VERIFIED ID token says. Keyed by (IdP, sub).
 * @throws LoginRefused when it says more than FACT_LIMITS
 */
export function loginOfIdToken({ taken, target }: ReturnedLogin, token: VerifiedIdToken): LoginToFinish {
  const { traceId, returnTo, mode } = taken;
  return {
    identityProvider: target.identityProvider.name,
    traceId,
    returnTo,
    mode,
    startedAt: taken.createdAt,
    nameId: { value: token.sub, format: OIDC_SUBJECT },
    sessionIndex: token.sid,
    sessionNotOnOrAfter: undefined,
    facts: boundedFacts(token.claims),
    unsolicited: false,
    vouchedEmails: vouchedEmails(token, target.identityProvider),
  };
}

/**
 * The address of the claim `email` is vouched for only when the provider says that it proved it; another claim that is mapped to
 * the profile's e-mail never is (O5, O7). With `trustEmail` the platform team vouches for both, where the provider says
 * nothing; an address that it calls unproved stays so.
 */
function vouchedEmails(
  { emailVerified, claims }: VerifiedIdToken,
  { trustEmail, attributes }: EffectiveOidcIdentityProvider,
): readonly string[] {
  const email = claims.get('email') ?? [];
  if (emailVerified === false) return [];
  if (trustEmail) return [...email, ...(claims.get(attributes.email ?? 'email') ?? [])];
  return emailVerified ? email : [];
}

/** How a login that was taken from the database is named in its flow record, should what follows be refused. */
export function attemptOfTaken({ traceId, mode, createdAt }: TakenOidcLogin): Attempt {
  return { traceId, mode, startedAt: createdAt };
}
