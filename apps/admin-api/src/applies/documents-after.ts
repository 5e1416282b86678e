import { documentAfter } from '@rolecall/reconcile';
import type { OrganizationHead, StateTransaction } from '@rolecall/reconcile';
import type { PlanRequest } from '../api/requests.ts';
import type { CheckedOrganization } from './check-documents.ts';
import { headOf } from './head-of.ts';

/**
 * The documents that an apply makes live, in the order of `checked`: what is declared, what is overridden, and what nobody
 * declared. Identity providers are prepared for these. One that is as declared comes back with the digest that is live.
 */
export async function documentsAfter(
  state: StateTransaction,
  heads: ReadonlyMap<string, OrganizationHead>,
  checked: readonly CheckedOrganization[],
  request: Pick<PlanRequest, 'organizations' | 'unmanaged'>,
  now: Date,
): Promise<readonly CheckedOrganization[]> {
  const after: CheckedOrganization[] = [];
  for (const [index, organization] of checked.entries()) {
    const head = headOf(organization.document, heads);
    const withSecrets = Object.keys(request.organizations[index]?.secrets ?? {}).length > 0;
    const { unmanaged } = request;
    const documents = head && (await documentAfter(state, head, organization, { unmanaged, withSecrets }, now));
    after.push({ ...organization, ...documents });
  }
  return after;
}
