import type { OrganizationTransaction } from '@rolecall/persistence';
import type { Organization } from '../organizations/organization.ts';
import { type Arrival, handleUnknown } from './arrival.ts';
import { type Completion, refuseOtherBrowser } from './complete-login.ts';

/** A VERIFIED login that began at the identity provider and that its user has not said yes to. */
export interface UnconfirmedLogin {
  /** Display names. */
  readonly organization: string;
  readonly identityProvider: string;
  /** Who would be signed in; undefined = nobody who was here before. */
  readonly userId: string | undefined;
}

/**
 * Binds a login that began at the identity provider to the first browser that shows its handle (rule G8), and says what to
 * ask its user. Signs nobody in: that takes the user's yes in this very browser (ASVS 7.6.2). A handle that another browser
 * shows is burnt.
 */
export async function claimLogin(
  tx: OrganizationTransaction,
  organization: Organization,
  arrival: Arrival,
  now: Date,
): Promise<UnconfirmedLogin | Extract<Completion, { outcome: 'refused' }>> {
  const { handleHash, browserHash, traceId } = arrival;
  const login = await tx.claimUnsolicitedLogin(handleHash, browserHash, now);
  if (login === 'unknown') return { outcome: 'refused', traceId, refusal: handleUnknown() };
  if (login === 'other_browser') {
    await tx.takeUnsolicitedLogin(handleHash, browserHash, now);
    return refuseOtherBrowser(tx, 'saml', arrival, now);
  }
  const { identityProvider: name, nameId } = login;
  const user = await tx.findUserBySubject({ identityProvider: name, nameId });
  return {
    organization: organization.settings.displayName,
    identityProvider: organization.identityProvider(name)?.displayName ?? name,
    userId: user?.userId,
  };
}
