import type { OrganizationHead, StateTransaction } from '@rolecall/reconcile';
import type { Principal } from '../access/principal.ts';
import { requireNoNewAssertion } from './asserted-domains.ts';
import type { CheckedOrganization } from './check-documents.ts';
import { requireNoNewEmailTrust } from './trusts-email.ts';

/**
 * Without the right `domains.assert` nobody makes an organization or a provider vouch for addresses that it did not vouch
 * for before, in whatever part of the document, declared or not.
 * @param after the documents as they will be live
 * @throws Problem 403 `missing_right`, `domain_assertion_refused`
 */
export async function requireVouched(
  after: readonly CheckedOrganization[],
  heads: ReadonlyMap<string, OrganizationHead>,
  state: Pick<StateTransaction, 'document'>,
  caller: Principal,
): Promise<void> {
  if (caller.rights.includes('domains.assert')) return;
  await requireNoNewEmailTrust(after, heads, state, caller);
  await requireNoNewAssertion(after, heads, state);
}
