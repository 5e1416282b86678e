import {
  compilePolicy,
  decide,
  FACT_LIMITS,
  factsFromJson,
  nameFacts,
  type Decision,
  type FactsJson,
} from '@rolecall/role-mapping';
import type { OrganizationDocument } from './document.ts';
import { attributeNamesOf } from './effective-identity-provider.ts';
import { policyOf } from './effective.ts';

export type { Decision, Evidence, FactsJson } from '@rolecall/role-mapping';

/** What facts may hold in all, in UTF-16 units of their JSON: names, values, and what is around them. */
export const MAX_FACTS_LENGTH = 2 * FACT_LIMITS.totalLength;

/**
 * What a document makes of facts: the decision that a sign-in with them would come to.
 * @param document a valid document
 * @param facts UNTRUSTED
 * @param identityProvider whose `attributes` name the profile's fields; without it, those of the only one
 * @throws FactsError beyond FACT_LIMITS
 */
export function decideFacts(
  document: OrganizationDocument,
  facts: FactsJson,
  identityProvider: string | undefined,
  now: Date,
): Decision {
  const providers = document.spec.identityProviders ?? {};
  const [name = '', ...others] = identityProvider === undefined ? Object.keys(providers) : [identityProvider];
  const provider = others.length === 0 && Object.hasOwn(providers, name) ? providers[name] : undefined;
  const named = nameFacts(factsFromJson(facts), provider ? attributeNamesOf(provider) : {});
  return decide(named, compilePolicy(policyOf(document)), now);
}
