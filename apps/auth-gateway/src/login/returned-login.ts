import type { CallbackQuery, OidcConnection, ReturnedAuthorization, VerifiedIdToken } from '@rolecall/oidc';
import type { EffectiveOidcIdentityProvider } from '@rolecall/org-config';
import type { PostedAnswer, TakenOidcLogin } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import { mustReauthenticate } from '../http/return-to.ts';
import type { OidcTarget } from '../organizations/oidc-target.ts';
import { boundedFacts } from './assertion-facts.ts';
import type { LoginToFinish } from './login-context.ts';
import { type PresentedToken, readOrganizationToken } from '@rolecall/persistence';
import type { Attempt } from './login-wish.ts';

/** A subject of an OpenID provider; the formats of NameIDs are SAML's, so the two never meet. */
export const OIDC_SUBJECT = 'urn:rolecall:subject:oidc';

/** A login at an OpenID provider whose browser came back: taken from the database, its answer not verified yet. */
export interface ReturnedLogin extends ReturnedAuthorization {
  readonly target: OidcTarget;
  readonly taken: TakenOidcLogin;
}

/** As this login asks for it and is held to: with a new sign-in where its destination wants one. */
export function connectionFor(
  target: OidcTarget,
  { returnTo }: { readonly returnTo: string | undefined },
): OidcConnection {
  const connection = target.connection();
  return mustReauthenticate(returnTo) ? { ...connection, forceAuthn: true } : connection;
}

export function returnedLogin(
  target: OidcTarget,
  taken: TakenOidcLogin,
  connection: OidcConnection,
  answer: CallbackQuery,
): ReturnedLogin {
  const { nonce, codeVerifier, provider: pinned, createdAt: startedAt } = taken;
  return { target, taken, connection, answer, pinned, nonce, codeVerifier, startedAt };
}

/**
 * The login with what the VERIFIED ID token says. Keyed by (IdP, sub).
 * @throws LoginRefused when it says more than FACT_LIMITS
 */
export function loginOfIdToken(
  { taken, target }: ReturnedLogin,
  token: VerifiedIdToken,
  browser: string,
): LoginToFinish {
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
    browser,
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

/**
 * What a callback presents in place of a cookie, taken apart; undefined when it is none of ours. UNVERIFIED.
 * @throws LoginRefused `callback_invalid` when there is none, or more than one
 */
export function presentedState(unverified: unknown): PresentedToken | undefined {
  if (typeof unverified === 'string') return readOrganizationToken(unverified);
  throw new LoginRefused('callback_invalid', 'state_known', 'The answer must hold one state.');
}

/**
 * An answer comes the way that was asked for, so that nobody else chooses whether a code stands in a URL.
 * @throws LoginRefused `callback_invalid`
 */
export function checkResponseMode(
  { identityProvider: { responseMode: want } }: OidcTarget,
  byHandle: boolean,
  posted: PostedAnswer | undefined,
): void {
  const got = posted === undefined ? 'query' : 'form_post';
  if (got === want && byHandle === (posted !== undefined)) return;
  throw new LoginRefused('callback_invalid', 'response_mode_kept', 'The provider must answer as it was asked to.', {
    want,
    got,
  });
}

/** How a login that was taken from the database is named in its flow record, should what follows be refused. */
export function attemptOfTaken({ traceId, mode, createdAt }: TakenOidcLogin): Attempt {
  return { traceId, mode, startedAt: createdAt };
}
