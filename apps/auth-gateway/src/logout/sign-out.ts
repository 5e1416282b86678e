import type { EndedSession, LogoutStore } from '@rolecall/persistence';
import { createLogoutRequest, offersSingleLogout, type OutgoingMessage } from '@rolecall/saml';
import { LOGIN_LIFETIME_MS } from '../http/cookies.ts';
import type { SamlTarget } from '../organizations/organization.ts';
import { sha256 } from '../sessions/organization-token.ts';

/** The browser that signs out: its flow cookie, which the answer must come back with. */
export interface SigningOut {
  readonly flowCookie: string;
}

/**
 * Where a browser goes whose session HAS ENDED, so that it ends at the SAML IdP as well: a signed LogoutRequest for the
 * subject and session that its assertion named, remembered for this browser. Undefined where single logout is off.
 */
export async function signOutAtSamlIdp(
  logouts: LogoutStore,
  target: SamlTarget,
  { subject, sessionIndex }: EndedSession,
  { flowCookie }: SigningOut,
  now: Date,
): Promise<OutgoingMessage | undefined> {
  const connection = target.connection(now);
  if (!offersSingleLogout(connection)) return undefined;
  const { id, message } = createLogoutRequest(connection, { nameId: subject.nameId, sessionIndex }, now);
  await logouts.begin({
    organizationId: target.organization.id,
    identityProvider: target.identityProvider.name,
    requestId: id,
    browserHash: sha256(flowCookie),
    stateHash: undefined,
    expiresAt: new Date(now.getTime() + LOGIN_LIFETIME_MS),
  });
  return message;
}
