import type { ApiToken } from '@rolecall/persistence';
import { requireRight } from '../access/authenticate.ts';
import type { CheckedOrganization } from './check-documents.ts';

/** @throws Problem 403 `missing_right` when a document has a provider vouch for whatever address it sends */
export function requireEmailTrust(checked: readonly CheckedOrganization[], caller: ApiToken): void {
  if (checked.some(trustsEmail)) requireRight(caller, 'domains.assert', '`trustEmail: true`');
}

function trustsEmail({ document }: CheckedOrganization): boolean {
  const providers = Object.values(document.spec.identityProviders ?? {});
  return providers.some((provider) => provider.type === 'oidc' && provider.trustEmail === true);
}
