import { checkFactLimits, type Facts, FactsError, type FactsJson, factsToJson } from '@rolecall/role-mapping';
import type { VerifiedAssertion } from '@rolecall/saml';
import { LoginRefused } from '../errors/login-refused.ts';

const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

/**
 * What an IdP said of a person, as it is stored: the attributes of the VERIFIED assertion under the IdP's own names, so
 * that a later change of the mapping can be applied to it. A NameID that is an e-mail address by its format stands in for
 * a missing attribute `email`.
 * @throws LoginRefused with the code of a FactsError beyond FACT_LIMITS
 */
export function factsOf(assertion: Pick<VerifiedAssertion, 'nameId' | 'attributes'>): FactsJson {
  const facts = new Map(assertion.attributes);
  const { value, format } = assertion.nameId;
  if (format === EMAIL_FORMAT && !facts.has('email')) facts.set('email', [value]);
  return boundedFacts(facts);
}

/** Facts as they are stored. @throws LoginRefused with the code of a FactsError beyond FACT_LIMITS */
export function boundedFacts(facts: Facts): FactsJson {
  try {
    checkFactLimits(facts);
  } catch (error) {
    if (!(error instanceof FactsError)) throw error;
    throw new LoginRefused(error.code, 'facts_bounded', error.message);
  }
  return factsToJson(facts);
}
