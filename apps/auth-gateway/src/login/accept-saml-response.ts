import type { LoginTransactions } from '@rolecall/persistence';
import { SAML_ERROR_CODES, type VerifiedAssertion } from '@rolecall/saml';
import { LoginRefused } from '../errors/login-refused.ts';
import type { SamlTarget } from '../organizations/organization.ts';
import { newOrganizationToken } from '../sessions/organization-token.ts';
import { factsOf } from './assertion-facts.ts';

/**
 * Takes a VERIFIED assertion at the ACS: consumes the request that it answers, remembers its id and stores the facts
 * under a one-time handle, all or nothing (rule G7). No user is touched: the POST came from the IdP's site without our
 * cookie, so only `/saml/continue` knows whose browser this is (rule G8).
 * @returns the handle for `/saml/continue?h=`
 * @throws LoginRefused `unknown_request`, `replayed_assertion`, `facts_too_large`
 */
export async function acceptSamlResponse(
  logins: LoginTransactions,
  target: SamlTarget,
  assertion: VerifiedAssertion,
  now: Date,
): Promise<string> {
  const facts = factsOf(assertion);
  const handle = newOrganizationToken(target.organization.id);
  const at = {
    organizationId: target.organization.id,
    identityProvider: target.identityProvider.name,
    handleHash: handle.hash,
    facts,
    now,
  };
  const acceptance = await logins.accept(at, assertion);
  if (acceptance !== 'accepted') {
    throw new LoginRefused(acceptance, 'answer_used_once', SAML_ERROR_CODES[acceptance].sentence);
  }
  return handle.value;
}
