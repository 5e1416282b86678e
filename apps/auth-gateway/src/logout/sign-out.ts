import { randomUUID } from 'node:crypto';
import { type OidcProviders, startLogout } from '@rolecall/oidc';
import type { EndedSession, LogoutStore } from '@rolecall/persistence';
import { createLogoutRequest, offersSingleLogout, type OutgoingMessage } from '@rolecall/saml';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import type { OidcTarget } from '../organizations/oidc-target.ts';
import { type IdpTarget, isOidc } from '../organizations/idp-target.ts';
import type { SamlTarget } from '../organizations/saml-target.ts';
import { newOrganizationToken, sha256 } from '@rolecall/persistence';

/** The browser that signs out: its flow cookie, which it must come back with. */
export interface SigningOut {
  readonly flowCookie: string;
}

/** What a sign-out at an identity provider needs beside the session. */
export interface SignOutParts {
  readonly logouts: LogoutStore;
  readonly providers: OidcProviders;
  readonly now: Date;
}

/**
 * Where a browser goes whose session HAS ENDED, so that it ends at the identity provider as well; remembered for this
 * browser. Undefined where single logout is off.
 */
export function signOutAt(
  target: IdpTarget,
  ended: EndedSession,
  browser: SigningOut,
  parts: SignOutParts,
): Promise<OutgoingMessage | undefined> {
  return isOidc(target) ? atOpenIdProvider(target, ended, browser, parts) : atSamlIdp(target, ended, browser, parts);
}

/** By a signed LogoutRequest for the subject and session that the assertion named. */
async function atSamlIdp(
  target: SamlTarget,
  { subject, sessionIndex }: EndedSession,
  browser: SigningOut,
  { logouts, now }: SignOutParts,
): Promise<OutgoingMessage | undefined> {
  const connection = target.connection(now);
  if (!offersSingleLogout(connection)) return undefined;
  const { id: requestId, message } = createLogoutRequest(connection, { nameId: subject.nameId, sessionIndex }, now);
  await logouts.begin({ ...pending(target, browser, now), requestId, stateHash: undefined });
  return message;
}

/** By the provider's end-session endpoint, which leads back to `/logged-out`. */
async function atOpenIdProvider(
  target: OidcTarget,
  { sessionIndex }: EndedSession,
  browser: SigningOut,
  { logouts, providers, now }: SignOutParts,
): Promise<OutgoingMessage | undefined> {
  if (!target.identityProvider.singleLogout) return undefined;
  const connection = target.connection();
  const state = newOrganizationToken(target.organization.id);
  const metadata = await providers.metadata(connection.provider, now);
  const url = startLogout(connection, metadata, sessionIndex, state.value);
  if (url === undefined) return undefined;
  await logouts.begin({ ...pending(target, browser, now), requestId: randomUUID(), stateHash: state.hash });
  return { binding: 'redirect', url };
}

function pending({ organization, identityProvider }: IdpTarget, { flowCookie }: SigningOut, now: Date) {
  return {
    organizationId: organization.id,
    identityProvider: identityProvider.name,
    browserHash: sha256(flowCookie),
    expiresAt: new Date(now.getTime() + LOGIN_LIFETIME_MS),
  };
}
